# What a script that fails has made is gone afterwards.

newline='
'
tab=$(printf '\t')
created='' pending='' stage='' child=''

make_folder() {
  if [ -d "$1" ]; then return; fi
  make_folder "$(dirname "$1")" || return
  created=$1$newline$created
  mkdir "$1" || [ -d "$1" ]
}

# shellcheck disable=SC2317 # A trap calls it.
clean() {
  trap '' INT TERM HUP
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null
    wait "$child" 2>/dev/null
  fi
  say "$pending" | while IFS= read -r file; do
    if [ -n "$file" ]; then rm -f "$file"; fi
  done
  if [ -n "$stage" ]; then rm -rf "$stage"; fi
  say "$created" | while IFS= read -r folder; do
    if [ -n "$folder" ]; then rmdir "$folder" 2>/dev/null; fi
  done
}

begin() {
  trap clean EXIT
  trap 'say "interrupted: nothing has changed" >&2; exit 130' INT
  trap 'say "interrupted: nothing has changed" >&2; exit 143' TERM HUP
  if make_folder "$dir"; then
    sweep "$dir"
    stage=$dir/.nws-install.$$
    mkdir "$stage" && return
  fi
  fail "cannot write to $dir, as the line above says: choose another folder with --dir, or make this \
one yours"
}

# Removes what a script that was killed has left.
sweep() {
  for left in "$1"/.nws-install.*; do
    owner=${left##*/.nws-install.}
    if [ -e "$left" ] && ! kill -0 "${owner%%.*}" 2>/dev/null; then rm -rf "$left"; fi
  done
}

# A signal ends `wait` at once, but no program in the foreground.
interruptible() {
  "$@" &
  child=$!
  wait $child
  code=$?
  child=''
  return $code
}
