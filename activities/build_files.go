package activities

import (
	"context"
	"io/fs"
	"path"
	"strings"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/codes"
)

// scriptBytes is how much of a program is read to see what it is.
const scriptBytes = 16 << 10

// defaultPath is where programs are looked for in images that do not say.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// imageFiles reads the files of an image that was built and not exported yet.
type imageFiles struct {
	reference gateway.Reference
}

// presence is what is known of a program in an image.
type presence int

const (
	// isUnknown stands for what could not be looked at.
	isUnknown presence = iota
	isAbsent
	notExecutable
	isExecutable
)

// stat looks at one path, through links.
func (f imageFiles) stat(ctx context.Context, name string) presence {
	info, err := f.reference.StatFile(ctx, gateway.StatRequest{Path: name})

	switch {
	case err == nil && fs.FileMode(info.GetMode()).IsRegular():
		if fs.FileMode(info.GetMode())&0o111 == 0 {
			return notExecutable
		}

		return isExecutable
	case err == nil:
		return isAbsent // A directory is no program.
	case grpcerrors.Code(err) == codes.NotFound || strings.Contains(err.Error(), "no such file or directory") || strings.Contains(err.Error(), "not a directory"):
		return isAbsent
	default:
		return isUnknown
	}
}

// read returns the first scriptBytes of a file.
func (f imageFiles) read(ctx context.Context, name string) ([]byte, error) {
	return f.reference.ReadFile(ctx, gateway.ReadRequest{Filename: name, Range: &gateway.FileRange{Length: scriptBytes}})
}

// lookUp returns the path of the program that a word of the image's command stands for, as execvp finds it.
func (c commandCheck) lookUp(ctx context.Context, word string) (string, presence) {
	if strings.Contains(word, "/") {
		file := c.absolute(word)

		return file, c.files.stat(ctx, file)
	}

	directories := defaultPath

	for _, variable := range c.image.Config.Env {
		if value, ok := strings.CutPrefix(variable, "PATH="); ok {
			directories = value
		}
	}

	best, file := isAbsent, ""

	for directory := range strings.SplitSeq(directories, ":") {
		candidate := path.Join("/", directory, word)

		switch found := c.files.stat(ctx, candidate); found {
		case isExecutable, isUnknown:
			return candidate, found
		case notExecutable:
			best, file = found, candidate
		case isAbsent:
		}
	}

	return file, best
}

// absolute returns the path of a file that the image's command names.
func (c commandCheck) absolute(name string) string {
	if path.IsAbs(name) {
		return name
	}

	return path.Join("/", c.image.Config.WorkingDir, name)
}
