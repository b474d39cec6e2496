class Nws < Formula
  desc "{{ description }}"
  homepage "{{ repository }}"
  version "{{ version }}"
  license "{{ license }}"

{% macro archive(triple, indent) %}
{% if archives[triple] %}
{{ indent }}url "{{ archives[triple].url }}"
{{ indent }}sha256 "{{ archives[triple].sha256 }}"
{%- else %}
{{ indent }}odie "there is no build for this platform"
{%- endif %}
{% endmacro %}
  on_macos do
    on_arm do
{{ archive("aarch64-apple-darwin", "      ") }}
    end
    on_intel do
{{ archive("x86_64-apple-darwin", "      ") }}
    end
  end

  on_linux do
    on_arm do
      if Hardware::CPU.is_64_bit?
{{ archive("aarch64-unknown-linux-musl", "        ") }}
      else
{{ archive("armv7-unknown-linux-musleabihf", "        ") }}
      end
    end
    on_intel do
{{ archive("x86_64-unknown-linux-musl", "      ") }}
    end
  end

  def install
    bin.install "nws"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/nws.bash" => "nws"
    zsh_completion.install "completions/_nws"
    fish_completion.install "completions/nws.fish"
    doc.install "THIRD-PARTY-LICENSES.html"
  end

  service do
    run [opt_bin/"nws", "run"]
    keep_alive true
    log_path var/"log/nws.log"
    error_log_path var/"log/nws.log"
  end

  test do
    assert_equal "nws #{version}", shell_output("#{bin}/nws --version").strip
  end
end
