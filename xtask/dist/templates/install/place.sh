# Files go to their places at the end, all together.

install() {
  version=${version#v}
  case $version in
    *[!0-9A-Za-z.+-]* | '') fail "$version is no version: use --version X.Y.Z" ;;
  esac
  find_target
  need_tar
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
is_ours() { [ ! -L "$1" ] && is_among "$1" "$stage/ours"; }

# Whether a file is in a list, under this name or under another name of its folder.
# shellcheck disable=SC3013 # The shells of all systems know -ef, and so does POSIX since 2024.
is_among() {
  while IFS= read -r other; do
    if [ "$1" -ef "$other" ]; then return; fi
  done <"$2"
  return 1
}

# Copies all files beside their places, the new ones and those that are there, so that what follows
# needs no space and no permission, and can be undone.
prepare() {
  cut -f 3 "$manifest" >"$stage/ours" 2>/dev/null
  cut -f 2 "$stage/plan" >"$stage/places" || unwritable "$dir"
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
  pending=$pending$new$newline$new.old$newline
  if [ -e "$2" ] || [ -L "$2" ]; then
    cp -pPR "$2" "$new.old" || fail "cannot keep a copy of $2, as the line above says: free some \
space, or remove the file"
  fi
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
    mv -f "$(beside "$place")" "$place" || put_back "$place"
  done <"$stage/plan"
  created=''
  if [ -z "$old" ]; then return; fi
  grep "^file" "$old" | while IFS=$tab read -r _ sum place; do
    is_among "$place" "$stage/places" || remove "$place" "$sum"
  done
}

# Undoes what `commit` has done, when it cannot replace a file.
put_back() {
  while IFS=$tab read -r source place; do
    new=$(beside "$place")
    # Where the new file still lies beside its place, the old one is in it.
    if [ -e "$new" ]; then continue; fi
    if [ -e "$new.old" ] || [ -L "$new.old" ]; then
      # Without its pending files, the end of the script leaves this copy where it is.
      mv -f "$new.old" "$place" || { pending='' && fail "cannot put back $place, as the line above \
says: it is $new.old"; }
    else
      rm -f "$place"
    fi
  done <"$stage/plan"
  fail "cannot replace $1, as the line above says: nothing has changed"
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
