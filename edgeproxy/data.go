package edgeproxy

import (
	"errors"
	"os"
	"path/filepath"
)

// RemoveData removes what edges write into their data directory, and nothing else that is there. The edge has ended.
func RemoveData(directory string) error {
	failed := []error{os.RemoveAll(filepath.Join(directory, "error-pages"))}

	for _, pattern := range []string{
		"edge.key", "edge.key.new", "certificates.sealed", "certificates-*.tmp", "routes.json", "routes.log", "routes-*.tmp", drainingFile,
	} {
		found, err := filepath.Glob(filepath.Join(directory, pattern))
		failed = append(failed, err)

		for _, file := range found {
			failed = append(failed, os.Remove(file))
		}
	}

	return errors.Join(failed...)
}
