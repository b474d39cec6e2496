# What was installed is removed, and nothing else.

# Removes a file of that sum, and no other.
remove() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return; fi
  if [ -L "$1" ] || [ "$(hash_of "$1")" != "$2" ]; then
    say "kept $1: it has changed since it was installed"
  else
    rm -f "$1" && say "removed $1"
  fi
}

uninstall() {
  if [ ! -f "$manifest" ]; then
    say "this script has installed nothing for this user: there is no $manifest"
    return
  fi
  program=$(cut -f 3 "$manifest" | grep '/nws$' | head -n 1)
  end_service
  grep "^file" "$manifest" | (
    left=0
    while IFS=$tab read -r _ sum place; do remove "$place" "$sum" || left=1; done
    exit $left
  ) || fail "some files could not be removed, as the lines above say: make their folders yours and \
run this again"
  folders=$(grep "^folder" "$manifest" | cut -f 3)
  rm -f "$manifest" || fail "cannot remove $manifest: make its folder yours and run this again"
  say "$folders" | while IFS= read -r folder; do
    if [ -n "$folder" ]; then rmdir "$folder" 2>/dev/null; fi
  done
  say "A proxy that is running stays until you end it."
}

# A service whose program is gone would fail at every log-in.
end_service() {
  has_service || return 0
  if [ ! -x "$program" ]; then
    tell_service
    return
  fi
  if [ -z "$with_service" ]; then
    (: </dev/tty) 2>/dev/null || fail "a service starts $program at log-in: pass --with-service to \
remove it too, or run \"$program service uninstall\" first"
    printf 'A service starts %s at log-in. Remove it too? [Y/n] ' "$program"
    read -r answer </dev/tty
    case $answer in [nN]*) fail "the service needs the program, so both stay" ;; esac
  fi
  "$program" service uninstall || fail "the service could not be removed, as the lines above say"
}

# Only the program could remove its service.
tell_service() {
  case $service in
    *.plist) stop="launchctl bootout gui/$(id -u) \"$service\"" ;;
    *) stop="systemctl --user disable --now nws.service" ;;
  esac
  say "$program is gone, but $service still starts it at log-in. Remove this service with: \
$stop; rm \"$service\""
}

# In a service file a path with special characters is written in another way. It may be this one.
has_service() {
  for service in "${XDG_CONFIG_HOME:-$HOME/.config}"/systemd/user/nws.service \
    "$HOME"/Library/LaunchAgents/*nws*.plist; do
    if [ ! -f "$service" ]; then continue; fi
    case $program in *[!A-Za-z0-9/._-]*) return 0 ;; esac
    if grep -qF "$program" "$service"; then return 0; fi
  done
  return 1
}
