package edgeproxy

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
)

// headerDraining says in the platform's answers to polls whether load balancers are to leave the edge, and in polls whether the edge has them leave it.
const headerDraining = "Zeitwork-Draining"

// drainingFile is the name of the file in the data directory that is there, and empty, as long as load balancers are to leave the edge.
const drainingFile = "draining"

// rotation is whether load balancers are to send requests here. An edge that they are to leave serves whoever still comes.
type rotation struct {
	left atomic.Bool
	// file is that of drainingFile: an edge that is started again knows of it before it has asked the platform.
	file string
}

// openRotation goes on with what the data directory says of the run before.
func openRotation(directory string) (*rotation, error) {
	r := &rotation{file: filepath.Join(directory, drainingFile)}

	_, err := os.Stat(r.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("looking whether load balancers are to leave this edge: %w", err)
	}

	r.left.Store(err == nil)

	return r, nil
}

// answered notes an answer to a poll. One of the version before does not tell, and neither does a failure. Its error says that the next start does not know.
func (r *rotation) answered(header http.Header) error {
	left, told := map[string]bool{"true": true, "false": false}[header.Get(headerDraining)]
	if !told || r.left.Swap(left) == left {
		return nil
	}

	if err := r.keep(left); err != nil {
		return fmt.Errorf("keeping over a restart whether load balancers are to leave this edge: %w", err)
	}

	return nil
}

func (r *rotation) keep(left bool) error {
	const mode = 0o600

	var err error
	if left {
		err = os.WriteFile(r.file, nil, mode)
	} else if err = os.Remove(r.file); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}

	return errors.Join(err, syncDirectory(filepath.Dir(r.file)))
}
