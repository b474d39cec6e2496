# Files come from the release, and are checked before they are used.

fetch() {
  url=$base/v$version/$1 code=''
  # The shell writes the file: a curl from a snap may not write to folders with a dot.
  case $download in
    cp) cat "$url" ;;
    curl)
      interruptible curl --fail --silent --show-error --location --proto "=$protocol" \
        --proto-redir "=$protocol" --connect-timeout 20 --speed-limit 1 --speed-time 30 "$url" ;;
    *) interruptible wget --no-verbose --timeout=30 --tries=1 --output-document=- "$url" ;;
  esac >"$stage/$1" && return
  case $download$code in
    curl23 | wget3) no_space ;;
    curl22 | curl37 | wget8) fail "$url cannot be had: is there a release $version at $base?" ;;
    cp*) fail "$url could not be copied, as the line above says" ;;
    *)
      fail "the download of $url did not succeed, as the line above says: check the network, and \
https_proxy if there is a proxy" ;;
  esac
}

no_space() { fail "cannot write to $dir: free some space, or choose another folder with --dir"; }

is_page() { head -c 200 "$1" | grep -qiE '<html|<!doctype'; }

# What the server sent instead.
instead() {
  if is_page "$1"; then
    say "the server sent a web page, as networks with a log-in do. Log in there, then try again"
  else
    say "the download may be damaged or forged. Try again; if it stays so, tell $repository/issues"
  fi
}

check_signature() {
  if ! has minisign; then
    signature="not checked, as minisign is not installed"
    return
  fi
  fetch SHA256SUMS.minisig
  minisign -V -q -P "$key" -m "$stage/SHA256SUMS" -x "$stage/SHA256SUMS.minisig" ||
    fail "the signature of SHA256SUMS is wrong: $(instead "$stage/SHA256SUMS.minisig")"
  signature="checked with minisign"
  if [ "$is_test_key" = true ]; then
    signature="$signature, but it is by a key for tests, which proves nothing"
  fi
}

check_archive() {
  sums=$stage/SHA256SUMS
  if [ ! -s "$sums" ] || grep -Evq '^[0-9a-f]{64}  ' "$sums"; then
    fail "SHA256SUMS is no list of sums: $(instead "$sums")"
  fi
  wanted=$(grep -F "  $archive" "$sums" | while read -r sum name; do
    if [ "$name" = "$archive" ]; then say "$sum"; fi
  done)
  [ -n "$wanted" ] || fail "the release $version has no $archive: see $repository/releases"
  fetch "$archive"
  [ "$(hash_of "$stage/$archive")" = "$wanted" ] ||
    fail "$archive has the wrong SHA-256: $(instead "$stage/$archive")"
}

unpack() {
  tar -xzf "$stage/$archive" -C "$stage" || fail "cannot unpack into $dir, as the line \
above says: free some space, or choose another folder with --dir"
  tree=$stage/nws-$version-$target
  found=$("$tree/nws" --version 2>&1 </dev/null)
  [ "$found" = "nws $version" ] || fail "the program does not run here. It says: $found
If $dir allows no programs (noexec), choose another folder with --dir. Otherwise tell \
$repository/issues"
}
