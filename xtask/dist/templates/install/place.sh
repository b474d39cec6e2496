# Files go to their places at the end, all together.

install() {
  version=${version#v}
  case $version in
    *[!0-9A-Za-z.+-]* | '') fail "$version is no version: use --version X.Y.Z" ;;
  esac
  find_target
  choose_download
  archive=nws-$version-$target.tar.gz
  begin
  say "downloading nws $version for $target from $base"
  fetch SHA256SUMS
  check_signature
  check_archive
  unpack
  plan_files
  prepare
  commit
  report
}

plan() {
  if [ ! -f "$1" ]; then return; fi
  say "$1$tab$2" >>"$stage/plan" || unwritable "$dir"
}

plan_files() {
  plan "$tree/nws" "$dir/nws"
  for page in "$tree"/man/*.1; do
    plan "$page" "$data/man/man1/${page##*/}"
  done
  plan "$tree/completions/nws.bash" "$data/bash-completion/completions/nws"
  plan "$tree/completions/_nws" "$data/zsh/site-functions/_nws"
  plan "$tree/completions/nws.fish" "$data/fish/vendor_completions.d/nws.fish"
}

# Whether this script has installed the file.
is_ours() { [ ! -L "$1" ] && [ -f "$manifest" ] && grep -qxF "$1" "$stage/ours"; }

# Copies all files beside their places, so that what follows needs no space and no permission.
prepare() {
  cut -f 3 "$manifest" >"$stage/ours" 2>/dev/null
  while IFS=$tab read -r source place; do
    if [ -d "$place" ]; then fail "$place is a folder: remove it"; fi
    if [ -e "$place" ] || [ -L "$place" ]; then
      is_ours "$place" || [ -n "$force" ] || fail "$place is there, and this script did not install \
it (pip, pipx and uv put programs there too): remove it, choose another folder with --dir, or replace \
it with --force"
    fi
    copy "$source" "$place"
    say "file$tab$(hash_of "$source")$tab$place" >>"$stage/manifest" || unwritable "$dir"
  done <"$stage/plan"
  make_folder "$data/nws" || unwritable "$data/nws"
  say "$created" | sed -n "s/^./folder$tab$tab&/p" >>"$stage/manifest" || unwritable "$dir"
  if grep -q "^folder" "$manifest" 2>/dev/null; then
    grep "^folder" "$manifest" >>"$stage/manifest" || unwritable "$dir"
  fi
  copy "$stage/manifest" "$manifest"
}

unwritable() { fail "cannot write to $1: free some space, or make the folder yours"; }

beside() { say "$(dirname "$1")/.nws-install.$$.${1##*/}"; }

copy() {
  make_folder "$(dirname "$2")" || unwritable "$(dirname "$2")"
  sweep "$(dirname "$2")"
  new=$(beside "$2")
  pending=$pending$new$newline
  cp "$1" "$new" || unwritable "$(dirname "$2")"
  case $1 in */nws) chmod 755 "$new" ;; *) chmod 644 "$new" ;; esac || unwritable "$(dirname "$2")"
}

# A program that runs keeps its old file. Nothing interrupts this: it takes milliseconds.
commit() {
  trap '' INT TERM HUP
  old=''
  if [ -f "$manifest" ]; then old=$stage/old && cp "$manifest" "$old"; fi
  say "manifest$tab$manifest" >>"$stage/plan"
  while IFS=$tab read -r source place; do
    mv -f "$(beside "$place")" "$place" || fail "cannot replace $place: run this script again"
  done <"$stage/plan"
  created='' pending=''
  if [ -z "$old" ]; then return; fi
  grep "^file" "$old" | while IFS=$tab read -r _ sum place; do
    if ! cut -f 3 "$manifest" | grep -qxF "$place"; then remove "$place" "$sum"; fi
  done
}

report() {
  say "installed $dir/nws"
  grep "^file" "$manifest" | cut -f 3 | grep -vxF "$dir/nws" | sed 's/^/installed /'
  say "SHA-256: checked"
  say "signature: $signature"
  if [ -n "$old" ]; then
    say "A proxy that is running stays the old one until you start it again."
  fi
  found=$(command -v nws)
  case :$PATH: in
    *":$dir:"*)
      if [ -n "$found" ] && [ "$found" != "$dir/nws" ]; then
        say "Another nws comes first on your PATH: $found. Remove it, or start $dir/nws."
      else
        say "Start it with: nws"
      fi ;;
    *) tell_path ;;
  esac
  case ${SHELL:-} in
    */zsh) say "For completions, add this line to ~/.zshrc, before compinit: \
fpath=(\"$data/zsh/site-functions\" \$fpath)" ;;
  esac
  say "Remove it with this script and --uninstall."
}

tell_path() {
  say "$dir is not on your PATH. Start it with: \"$dir/nws\""
  case ${SHELL:-} in
    */fish) say "Or run: fish_add_path \"$dir\"" ;;
    */zsh) say "Or add this line to ~/.zshrc: export PATH=\"$dir:\$PATH\"" ;;
    *) say "Or add this line to ~/.profile, and log in again: export PATH=\"$dir:\$PATH\"" ;;
  esac
}
