{
  description = "{{ description }}";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      version = "{{ version }}";
      archives = {
{% for system, archive in nix_archives | items %}
        {{ system }} = {
          url = "{{ archive.url }}";
          hash = "{{ archive.sri }}";
        };
{% endfor %}
      };
      package =
        system: archive:
        let
          pkgs = nixpkgs.legacyPackages.${system};
        in
        pkgs.stdenvNoCC.mkDerivation {
          pname = "nws";
          inherit version;
          src = pkgs.fetchurl archive;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          dontConfigure = true;
          dontBuild = true;
          dontFixup = true;
          installPhase = ''
            runHook preInstall
            install -Dm755 nws -t $out/bin
            installManPage man/*.1
            installShellCompletion --bash --name nws completions/nws.bash
            installShellCompletion --zsh completions/_nws
            installShellCompletion --fish completions/nws.fish
            install -Dm644 LICENSE THIRD-PARTY-LICENSES.html -t $out/share/doc/nws
            runHook postInstall
          '';
          meta = {
            description = "{{ description }}";
            homepage = "{{ repository }}";
            license = pkgs.lib.licenses.mit;
            mainProgram = "nws";
            platforms = builtins.attrNames archives;
            sourceProvenance = [ pkgs.lib.sourceTypes.binaryNativeCode ];
          };
        };
    in
    {
      packages = builtins.mapAttrs (system: archive: { default = package system archive; }) archives;
    };
}
