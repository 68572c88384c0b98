package source

import "io/fs"

// IsFile tells whether there is a regular file of that name, or a link to one.
func IsFile(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && info.Mode().IsRegular()
}

// IsDirectory tells whether there is a directory of that name, or a link to one.
func IsDirectory(files fs.FS, name string) bool {
	info, err := fs.Stat(files, name)

	return err == nil && info.IsDir()
}

// First is the first file or directory that matches a pattern of package path; empty where none does.
func First(files fs.FS, pattern string) string {
	found, err := fs.Glob(files, pattern)
	if err != nil || len(found) == 0 {
		return ""
	}

	return found[0]
}

// Exists tells whether a file or directory matches a pattern of package path.
func Exists(files fs.FS, pattern string) bool { return First(files, pattern) != "" }
