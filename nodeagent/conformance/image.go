package conformance

import (
	"archive/tar"
	"crypto/sha256"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

// image is an image in an OCI layout's parts: a manifest and a configuration in memory, and one layer in a file.
type image struct {
	manifest, config []byte
	layerFile        string
	layer            digest.Digest
}

// makeImage makes the image of the app, which is this binary, with its layer in a file of the folder.
func makeImage(folder string) (image, error) {
	program, err := os.Executable()
	if err != nil {
		return image{}, fmt.Errorf("find the path of this binary: %w", err)
	}

	if err := checkStatic(program); err != nil {
		return image{}, err
	}

	made := image{layerFile: filepath.Join(folder, "layer.tar")}

	var layerSize int64
	if made.layer, layerSize, err = writeLayer(program, made.layerFile); err != nil {
		return image{}, fmt.Errorf("make the image of the app: %w", err)
	}

	made.config, err = json.Marshal(v1.Image{
		Platform: v1.Platform{OS: "linux", Architecture: runtime.GOARCH},
		Config:   v1.ImageConfig{Entrypoint: []string{"/app", app.Command, app.Serve}},
		RootFS:   v1.RootFS{Type: "layers", DiffIDs: []digest.Digest{made.layer}},
	})
	if err != nil {
		return image{}, fmt.Errorf("make the image of the app: %w", err)
	}

	made.manifest, err = json.Marshal(v1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: v1.MediaTypeImageManifest, //nolint:mnd // It is the version.
		Config: v1.Descriptor{MediaType: v1.MediaTypeImageConfig, Digest: digest.FromBytes(made.config), Size: int64(len(made.config))},
		Layers: []v1.Descriptor{{MediaType: v1.MediaTypeImageLayer, Digest: made.layer, Size: layerSize}},
	})
	if err != nil {
		return image{}, fmt.Errorf("make the image of the app: %w", err)
	}

	return made, nil
}

// checkStatic refuses a binary that needs libraries, which the image does not have.
func checkStatic(program string) error {
	file, err := elf.Open(program)
	if err != nil {
		return fmt.Errorf("read this binary: %w", err)
	}

	defer func() { _ = file.Close() }()

	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return errors.New("this zeitwork needs shared libraries and cannot run in an image of its own: build it with CGO_ENABLED=0")
		}
	}

	return nil
}

// writeLayer writes the layer with the program as /app, and returns its digest and its size.
func writeLayer(program, path string) (digest.Digest, int64, error) {
	source, err := os.Open(program)
	if err != nil {
		return "", 0, err
	}

	defer func() { _ = source.Close() }()

	info, err := source.Stat()
	if err != nil {
		return "", 0, err
	}

	file, err := os.Create(path)
	if err != nil {
		return "", 0, err
	}

	hash := sha256.New()
	archive := tar.NewWriter(io.MultiWriter(file, hash))

	err = archive.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: info.Size()})
	if err == nil {
		_, err = io.Copy(archive, source)
	}

	written, seekErr := int64(0), error(nil)
	if err = errors.Join(err, archive.Close()); err == nil {
		written, seekErr = file.Seek(0, io.SeekCurrent)
	}

	return digest.NewDigest(digest.SHA256, hash), written, errors.Join(err, seekErr, file.Close())
}
