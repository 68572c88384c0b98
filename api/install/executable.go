package install

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
)

// executable is the program that machines fetch.
type executable struct {
	file *os.File
	sum  string
	size int64
}

// openExecutable opens the file of the program, or the one that runs: what was started, also where an upgrade has put another file in its place.
func openExecutable(path string) (executable, error) {
	if path == "" {
		path = "/proc/self/exe"

		if runtime.GOOS != "linux" {
			return executable{}, fmt.Errorf("machines of the platform run on linux, and this program is for %s", runtime.GOOS)
		}
	}

	file, err := os.Open(path)
	if err != nil {
		return executable{}, fmt.Errorf("open the program: %w", err)
	}

	hash := sha256.New()

	size, err := io.Copy(hash, file)
	if err != nil {
		return executable{}, fmt.Errorf("read the program: %w", err)
	}

	return executable{file: file, sum: hex.EncodeToString(hash.Sum(nil)), size: size}, nil
}
