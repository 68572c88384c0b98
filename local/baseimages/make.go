package baseimages

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/samber/lo"
)

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// makeAll makes every recipe's image and writes them to an OCI layout at dir, which appears only when it is complete.
func makeAll(ctx context.Context, options Options, certificates []byte, dir string) error {
	work, err := os.MkdirTemp(filepath.Dir(dir), "making-")
	if err != nil {
		return fmt.Errorf("make a working directory: %w", err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // What is left does no harm.

	path, err := layout.Write(filepath.Join(work, "layout"), empty.Index)
	if err != nil {
		return fmt.Errorf("begin an OCI layout: %w", err)
	}

	for _, recipe := range recipes {
		made, err := recipe.make(ctx, options, certificates, work)
		if err != nil {
			return fmt.Errorf("%s:%s: %w", recipe.Name, recipe.Tags[0], err)
		}

		if err := path.AppendImage(made); err != nil {
			return fmt.Errorf("keep %s:%s: %w", recipe.Name, recipe.Tags[0], err)
		}
	}

	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove what an earlier attempt left: %w", err)
	}

	if err := os.Rename(filepath.Join(work, "layout"), dir); err != nil {
		return fmt.Errorf("keep the images: %w", err)
	}

	return nil
}

func (r recipe) make(ctx context.Context, options Options, certificates []byte, work string) (v1.Image, error) {
	say := func(detail string) { options.Progress("base images", r.Name+":"+r.Tags[0]+": "+detail) }

	rootfs := rootfsFile(options.CacheDir, r)
	if err := r.bootstrap(ctx, rootfs, say); err != nil {
		return nil, err
	}

	system, err := tarball.LayerFromFile(rootfs)
	if err != nil {
		return nil, fmt.Errorf("read the Debian system: %w", err)
	}

	trust, err := certificateLayer(certificates)
	if err != nil {
		return nil, err
	}

	layers := []v1.Layer{system, trust}

	if r.Node != nil {
		say("adding node " + r.Node.Version)

		node, err := r.nodeLayer(ctx, rootfs, work)
		if err != nil {
			return nil, err
		}

		layers = append(layers, node)
	}

	made, err := mutate.AppendLayers(empty.Image, layers...)
	if err != nil {
		return nil, fmt.Errorf("put the layers together: %w", err)
	}

	file := r.config(made)

	if r.Exact != nil {
		version, err := packageVersion(ctx, rootfs, r.Exact.Package)
		if err != nil {
			return nil, err
		}

		file.Config.Env = append(file.Config.Env, r.Exact.Variable+"="+version)
	}

	return mutate.ConfigFile(made, file)
}

func (r recipe) config(made v1.Image) *v1.ConfigFile {
	file, err := made.ConfigFile()
	if err != nil {
		panic(fmt.Sprintf("an image in memory has no configuration: %v", err))
	}

	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", "amd64"
	file.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	file.Config.Cmd = r.Command
	file.Config.Env = lo.UniqBy(
		append(slices.Clone(r.Environment), "PATH="+searchPath, "SSL_CERT_FILE="+certificatePath, "NODE_EXTRA_CA_CERTS="+certificatePath),
		func(assignment string) string { name, _, _ := strings.Cut(assignment, "="); return name })

	if r.Node != nil {
		file.Config.Env = append(file.Config.Env, "NODE_VERSION="+r.Node.Version)
	}

	return file
}
