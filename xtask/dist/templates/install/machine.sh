# What this machine is, and what it has.

find_folders() {
  case ${HOME:-} in
    /*) [ -d "$HOME" ] || fail "the home folder $HOME is missing: set HOME to a folder" ;;
    *) fail "HOME is not set to a folder: set it, as in HOME=/home/ann sh install.sh" ;;
  esac
  # `sudo` may leave HOME as it was: root would own files in the folders of somebody else.
  if [ "$(id -u)" = 0 ] && [ -z "$(find "$HOME/." -prune -user 0)" ]; then
    fail "root does not own $HOME: run this script without sudo, as the user whose folder it is"
  fi
  data=${XDG_DATA_HOME:-}
  case $data in /*) ;; *) data=$HOME/.local/share ;; esac
  case $dir in '') dir=$HOME/.local/bin ;; /*) ;; *) dir=$PWD/$dir ;; esac
  dir=${dir%/} data=${data%/}
  case $dir$data in
    *"$tab"* | *"$newline"*) fail "a folder has a tab or a line break in its name: choose another" ;;
  esac
  manifest=$data/nws/installed
}

# The program is static, so the kernel decides, and neither a C library nor 32-bit programs matter.
find_target() {
  system=$(uname -s) machine=$(uname -m)
  if [ "$system" = Darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
    machine=arm64 # A shell in Rosetta sees another processor.
  fi
  case $system-$machine in
    Linux-x86_64 | Linux-amd64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
    # A 64-bit kernel tells 32-bit programs that it is armv8l.
    Linux-armv7* | Linux-armv8l) target=armv7-unknown-linux-musleabihf ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    Darwin-x86_64) target=x86_64-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN* | Windows*)
      fail "this script is not for Windows: use the zip of $repository/releases" ;;
    *)
      fail "there is no build for $system on $machine. There are builds for Linux (x86_64, aarch64, \
armv7), macOS (arm64, x86_64) and Windows (x86_64). Build it from source: $repository" ;;
  esac
}

need_tar() {
  for program in tar gzip; do
    has $program || fail "$program is missing, and the archive cannot be unpacked without it: install it"
  done
}

choose_hash() {
  for tool in sha256sum shasum openssl; do
    if has $tool; then return; fi
  done
  fail "nothing here can check SHA-256: install sha256sum (coreutils), shasum or openssl"
}

hash_of() {
  case $tool in
    sha256sum) sum=$(sha256sum <"$1") ;;
    shasum) sum=$(shasum -a 256 <"$1") ;;
    *) sum=$(openssl dgst -sha256 -r <"$1") ;;
  esac || fail "cannot read $1"
  say "${sum%% *}"
}

choose_download() {
  base=${NWS_RELEASES:-$repository/releases/download}
  base=${base%/}
  case $base in
    https://*) protocol=https ;;
    /*)
      download='cp'
      return ;;
    http://localhost[:/]* | http://127.0.0.1[:/]* | http://\[::1][:/]*) protocol=http ;;
    *) fail "NWS_RELEASES is $base, but has to begin with https://, or with / for a folder" ;;
  esac
  if has curl; then
    download=curl
  elif wget --version 2>/dev/null | grep -q GNU; then
    download=wget
  else
    # The wget of busybox may not check certificates.
    fail "curl or the wget of GNU is needed for downloads: install curl"
  fi
}
