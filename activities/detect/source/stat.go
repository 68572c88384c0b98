package source

import "io/fs"

func IsFile(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && info.Mode().IsRegular()
}

func IsDirectory(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && info.IsDir()
}

// Exists tells whether there is a file or directory of that pattern.
func Exists(files fs.FS, pattern string) bool {
	found, err := fs.Glob(files, pattern)

	return err == nil && len(found) > 0
}
