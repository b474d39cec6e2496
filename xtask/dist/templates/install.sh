#!/bin/sh
# Installs `nws`, the proxy of Network Web Sockets, for one user and without root:
#
#   curl --proto "=https" -fsSL {{ repository }}/releases/latest/download/install.sh | sh
#
# Options follow `sh -s --`, for example `sh -s -- --help`.
#
# The whole script is one group in braces, so a shell runs nothing of a script that was cut off.
{
set -u

repository='{{ repository }}'
version='{{ version }}'
key='{{ public_key }}'
is_test_key='{{ "true" if is_test_key else "false" }}'

help() {
  cat <<END
Installs nws $version, the proxy of Network Web Sockets, for this user.

  --dir DIR        the folder for the program; \$NWS_INSTALL_DIR or ~/.local/bin by default
  --version X.Y.Z  installs another release
  --force          replaces files that this script did not install
  --uninstall      removes what this script installed
  --with-service   with --uninstall: removes the service of nws too, without a question
  --help           shows this

\$NWS_RELEASES is a mirror, https://… or a folder on this machine. The files of a release are in
vX.Y.Z/ there.
END
}

main() {
  dir=${NWS_INSTALL_DIR:-} action=install force='' with_service=''
  while [ $# -gt 0 ]; do
    case $1 in
      --dir | --version) [ $# -ge 2 ] || fail "$1 needs a value; see --help" ;;
    esac
    case $1 in
      --dir) dir=$2 && shift ;;
      --dir=*) dir=${1#*=} ;;
      --version) version=$2 && shift ;;
      --version=*) version=${1#*=} ;;
      --force) force=yes ;;
      --uninstall) action=uninstall ;;
      --with-service) with_service=yes ;;
      --help) help && exit ;;
      *) fail "$1 is not an option of this script; see --help" ;;
    esac
    shift
  done
  find_folders
  choose_hash
  if [ $action = uninstall ]; then uninstall; else install; fi
}

say() { printf '%s\n' "$*"; }
fail() {
  say "error: $*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

{% include "install/machine.sh" %}

{% include "install/undo.sh" %}

{% include "install/download.sh" %}

{% include "install/place.sh" %}

{% include "install/uninstall.sh" %}

main "$@"
exit
}
