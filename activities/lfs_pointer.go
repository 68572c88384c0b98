package activities

import (
	"regexp"
	"strconv"
	"strings"
)

// The lengths of pointers: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md.
const (
	minPointerBytes = 100
	maxPointerBytes = 1 << 10
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// parsePointer reads a file that stands for one in Git LFS. It returns false for any other file.
func parsePointer(text string) (object string, size int64, ok bool) {
	if !strings.HasPrefix(text, "version https://git-lfs.github.com/spec/") && !strings.HasPrefix(text, "version https://hawser.github.com/spec/") {
		return "", 0, false
	}

	size = -1

	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")

		switch key {
		case "oid":
			object = strings.TrimPrefix(value, "sha256:")
		case "size":
			if parsed, err := strconv.ParseInt(value, 10, 64); err == nil {
				size = parsed
			}
		}
	}

	return object, size, size >= 0 && sha256Hex.MatchString(object)
}
