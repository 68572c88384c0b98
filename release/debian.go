package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"go.yaml.in/yaml/v3"

	edge "github.com/zeitwork/zeitwork/edgeproxy/service"
	"github.com/zeitwork/zeitwork/nodeagent/service"
)

// units has the systemd services of the Debian package, the node agent's excepted, and the scripts that dpkg runs.
//
//go:embed units
var units embed.FS

const (
	packagedProgram = "/usr/bin/zeitwork"
	unitFolder      = "/usr/lib/systemd/system/"
	documentFolder  = "/usr/share/doc/zeitwork/"
)

// nfpmConfig is what nfpm reads.
type nfpmConfig struct {
	Name        string            `yaml:"name"`
	Arch        string            `yaml:"arch"`
	Platform    string            `yaml:"platform"`
	Version     string            `yaml:"version"`
	Section     string            `yaml:"section"`
	Priority    string            `yaml:"priority"`
	Maintainer  string            `yaml:"maintainer"`
	Description string            `yaml:"description"`
	Homepage    string            `yaml:"homepage"`
	License     string            `yaml:"license"`
	ModTime     string            `yaml:"mtime"`
	Depends     []string          `yaml:"depends"`
	Suggests    []string          `yaml:"suggests"`
	Contents    []nfpmContent     `yaml:"contents"`
	Scripts     map[string]string `yaml:"scripts"`
	Debian      map[string]string `yaml:"deb"`
}

type nfpmContent struct {
	Source      string       `yaml:"src"`
	Destination string       `yaml:"dst"`
	Info        nfpmFileInfo `yaml:"file_info"`
}

type nfpmFileInfo struct {
	Mode os.FileMode `yaml:"mode"`
}

// debianPackage makes the Debian package of a binary.
func (r release) debianPackage(ctx context.Context, nfpm, binary, architecture string) error {
	folder, err := os.MkdirTemp("", "zeitwork-debian-")
	if err != nil {
		return fmt.Errorf("make a folder for the package's files: %w", err)
	}

	defer func() { _ = os.RemoveAll(folder) }()

	configuration, err := r.debianConfig(folder, binary, architecture)
	if err != nil {
		return err
	}

	return r.pack(ctx, nfpm, folder, configuration)
}

// pack makes the package that a configuration describes, whose file goes into the folder of the package's files.
func (r release) pack(ctx context.Context, nfpm, folder string, configuration nfpmConfig) error {
	encoded, err := yaml.Marshal(configuration)
	if err != nil {
		return fmt.Errorf("describe the package: %w", err)
	}

	file := filepath.Join(folder, "nfpm.yaml")
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		return fmt.Errorf("describe the package: %w", err)
	}

	command := exec.CommandContext(ctx, nfpm, "package", "--config", file, "--packager", "deb", "--target", r.out)
	command.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.identity.time.Unix(), 10))

	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("make the Debian package: %w: %s", err, output)
	}

	return nil
}

// debianConfig writes the files that the package has beside the binary, and describes it.
func (r release) debianConfig(folder, binary, architecture string) (nfpmConfig, error) {
	files, err := r.debianFiles()
	if err != nil {
		return nfpmConfig{}, err
	}

	configuration := nfpmConfig{
		Name: "zeitwork", Arch: architecture, Platform: "linux", Version: r.identity.version,
		Section: "admin", Priority: "optional", Maintainer: "The Zeitwork contributors <maintainers@zeitwork.com>",
		Homepage: "https://github.com/zeitwork/zeitwork", License: "Apache-2.0", ModTime: r.identity.time.Format("2006-01-02T15:04:05Z"),
		Description: "platform as a service: from a git push to a URL\n" +
			"The services of a platform (node agent, edge proxy, builder, API and worker) as services of systemd,\n" +
			"none of which starts before it has its settings, and the command line for users.",
		Depends:  []string{"ca-certificates"},
		Suggests: []string{"git", "containerd", "catatonit", "e2fsprogs", "containernetworking-plugins"},
		Contents: []nfpmContent{{Source: binary, Destination: packagedProgram, Info: nfpmFileInfo{Mode: programMode}}},
		Debian:   map[string]string{"compression": "xz"},
	}

	for destination, content := range files {
		source := filepath.Join(folder, filepath.Base(destination))
		if err := os.WriteFile(source, content, 0o600); err != nil {
			return nfpmConfig{}, fmt.Errorf("write the package's files: %w", err)
		}

		configuration.Contents = append(configuration.Contents, nfpmContent{
			Source: source, Destination: destination, Info: nfpmFileInfo{Mode: fileMode},
		})
	}

	configuration.Scripts, err = packageScripts(folder)

	return configuration, err
}

// packageScripts writes the scripts that dpkg runs, and returns where they are by nfpm's names for them.
func packageScripts(folder string) (map[string]string, error) {
	scripts := map[string]string{}

	for name, script := range map[string]string{"postinstall": "postinst", "preremove": "prerm", "postremove": "postrm"} {
		content, err := units.ReadFile("units/" + script)
		if err != nil {
			return nil, fmt.Errorf("read the package's scripts: %w", err)
		}

		scripts[name] = filepath.Join(folder, script)
		if err := os.WriteFile(scripts[name], content, 0o600); err != nil {
			return nil, fmt.Errorf("write the package's scripts: %w", err)
		}
	}

	return scripts, nil
}

// debianFiles are the files of the package beside the binary, by their places.
func (r release) debianFiles() (map[string][]byte, error) {
	files := map[string][]byte{
		unitFolder + service.Name + ".service": service.Unit(packagedProgram,
			"# Where `zeitwork node join` has made the machine a node, the service of this name in /etc/systemd/system counts."),
		unitFolder + edge.Name + ".service": edge.Unit(packagedProgram,
			"# Where `zeitwork edge join` has made the machine an edge, the service of this name in /etc/systemd/system counts."),
	}

	for _, name := range []string{"builder", "api", "worker"} {
		content, err := units.ReadFile("units/zeitwork-" + name + ".service")
		if err != nil {
			return nil, fmt.Errorf("read the services: %w", err)
		}

		files[unitFolder+"zeitwork-"+name+".service"] = content
	}

	license, licenseErr := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	changes, changesErr := os.ReadFile(filepath.Join(r.source, "CHANGELOG.md"))

	if err := errors.Join(licenseErr, changesErr); err != nil {
		return nil, fmt.Errorf("read the package's documents: %w", err)
	}

	var packed bytes.Buffer

	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(changes); err != nil {
		return nil, fmt.Errorf("pack the changelog: %w", err)
	}

	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("pack the changelog: %w", err)
	}

	files[documentFolder+"copyright"], files[documentFolder+"changelog.gz"] = license, packed.Bytes()

	return files, nil
}
