package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// recipe says what an image has beside the binary, the certificates of authorities and a user.
type recipe struct {
	name, description string
	// command is the one of zeitwork that it runs where no other is named.
	command string
	// packages are those of Debian that the files are of. iptables finds its own by looking into a folder, which ends in a slash here.
	packages, files []string
	// daemons are programs of the pinned daemons. They are compiled for this machine's architecture alone, and so is the image.
	daemons []string
	// root runs it as root; else it is user.
	root        bool
	environment []string
	ports       []string
}

// user is the one of images that need no root, by the number that other images without a system have it by.
const user = 65532

const certificatesLicense = "usr/share/doc/ca-certificates/copyright"

// recipes are the images of a release.
func recipes() []recipe {
	return []recipe{
		{
			name: "zeitwork-api", description: "Zeitwork's API with the dashboard", command: "api",
			environment: []string{"ZEITWORK_API_LISTEN=:8000"}, ports: []string{"8000/tcp"},
		},
		{
			// It has all that the API's image has, too, for tools that start every service from one image.
			name: "zeitwork-worker", description: "Zeitwork's workers, with git", command: "worker",
			packages: []string{"git"}, files: []string{"usr/bin/git", "usr/lib/git-core/git", "usr/lib/git-core/git-remote-http", "usr/lib/git-core/git-remote-https"},
			// Sources are kept where its user may write.
			environment: []string{"ZEITWORK_API_LISTEN=:8000", "ZEITWORK_SOURCE_DIR=/tmp/sources"}, ports: []string{"8000/tcp"},
		},
		{
			name: "zeitwork-builder", description: "Zeitwork's builder, with BuildKit", command: "builder", root: true,
			packages: []string{"iptables", "libseccomp2"},
			files:    []string{"usr/sbin/xtables-nft-multi", "usr/lib/ARCH/libseccomp.so.2", "usr/lib/ARCH/xtables/"},
			daemons:  []string{"buildkitd", "runc", "bridge", "host-local", "loopback"},
			environment: []string{
				"ZEITWORK_BUILDER_BUILDKITD=/usr/libexec/zeitwork/buildkitd", "ZEITWORK_BUILDER_RUNC=/usr/libexec/zeitwork/runc",
				"ZEITWORK_BUILDER_CNI=/usr/libexec/zeitwork",
			},
		},
	}
}

func (r recipe) architectures() []string {
	if len(r.daemons) > 0 {
		return []string{runtime.GOARCH}
	}

	return architectures()
}

// images makes the images, each as one archive with all its architectures.
func (r release) images(ctx context.Context, binaries compiled) error {
	daemons, err := r.tools.Build(ctx, toolchain.Daemons())
	if err != nil {
		return err
	}

	indexes := map[string]v1.ImageIndex{}
	for _, recipe := range recipes() {
		indexes[recipe.name] = mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	}

	for _, architecture := range architectures() {
		sayf("fetching Debian's packages for %s", architecture)

		wanted := lo.FlatMap(recipes(), func(recipe recipe, _ int) []string { return recipe.packages })

		debian, err := fetchDebian(ctx, architecture, append(wanted, "ca-certificates")...)
		if err != nil {
			return err
		}

		for _, recipe := range recipes() {
			if !lo.Contains(recipe.architectures(), architecture) {
				continue
			}

			binary := binaries.path(architecture)

			image, packages, err := r.image(recipe, architecture, binary, daemons, debian)
			if err != nil {
				return fmt.Errorf("make the image %s for %s: %w", recipe.name, architecture, err)
			}

			programs := append([]string{binary}, lo.Map(recipe.daemons, func(name string, _ int) string { return filepath.Join(daemons, name) })...)
			if err := r.writeContents(recipe.name+"-"+r.identity.version+"-linux-"+architecture, programs, packages); err != nil {
				return err
			}

			indexes[recipe.name] = mutate.AppendManifests(indexes[recipe.name], mutate.IndexAddendum{
				Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: architecture}},
			})
		}
	}

	for _, recipe := range recipes() {
		if err := r.writeImage(ctx, recipe.name, indexes[recipe.name]); err != nil {
			return fmt.Errorf("write the image %s: %w", recipe.name, err)
		}
	}

	return nil
}

// image makes an image of two layers: what changes seldom, and the binary. It also returns the packages of Debian that the image has files of.
func (r release) image(recipe recipe, architecture, binary, daemons string, debian debianFiles) (v1.Image, []debianPackage, error) {
	names := append(debian.named(recipe.files, architecture), certificatesLicense)

	files, packages, err := debian.choose(names...)
	if err != nil {
		return nil, nil, err
	}

	maps.Copy(files, system(debian))

	for _, daemon := range recipe.daemons {
		files.program("usr/libexec/zeitwork/"+daemon, filepath.Join(daemons, daemon))
	}

	if recipe.root {
		files["usr/sbin/iptables"] = entry{link: "xtables-nft-multi"}
	}

	ours := tree{}
	ours.program(strings.TrimPrefix(packagedProgram, "/"), binary)

	image, err := r.assemble(recipe, architecture, files, ours)

	return image, packages, err
}

// system are the files that any image needs.
func system(debian debianFiles) tree {
	files := tree{}
	files.folder("tmp", 0o777|os.ModeSticky)
	files.file("etc/ssl/certs/ca-certificates.crt", debian.certificates())
	files.file("etc/passwd", []byte(fmt.Sprintf("root:x:0:0:root:/root:/sbin/nologin\nzeitwork:x:%d:%d:zeitwork:/:/sbin/nologin\n", user, user)))
	files.file("etc/group", []byte(fmt.Sprintf("root:x:0:\nzeitwork:x:%d:\n", user)))
	files.file("etc/os-release", []byte("ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME="+suite+"\nPRETTY_NAME=\"Files of Debian 13, for Zeitwork\"\n"))

	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		files[name] = entry{link: "usr/" + name}
	}

	return files
}
