package toolchain

import (
	"os"
	"path/filepath"
)

// BesideName is the name of the folder, beside the zeitwork binary, that has the daemons in an archive of a release.
const BesideName = "daemons"

// Beside returns the folder of the daemons that came with the program, or nothing where none did. They are those that the program's own release pins.
func Beside(program string) string {
	resolved, err := filepath.EvalSymlinks(program)
	if err != nil {
		return ""
	}

	folder := filepath.Join(filepath.Dir(resolved), BesideName)

	// A folder of that name may be anything.
	info, err := os.Stat(filepath.Join(folder, "containerd-shim-runc-v2"))
	if err != nil || info.Mode()&0o111 == 0 {
		return ""
	}

	return folder
}
