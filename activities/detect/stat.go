package detect

import "io/fs"

func isFile(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && info.Mode().IsRegular()
}

func isDirectory(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && info.IsDir()
}

// exists tells whether there is a file or directory of that pattern.
func exists(files fs.FS, pattern string) bool {
	found, err := fs.Glob(files, pattern)

	return err == nil && len(found) > 0
}
