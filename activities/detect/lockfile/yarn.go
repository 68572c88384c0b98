package lockfile

import "strings"

// berryMetadata is the entry that yarn.lock has since Yarn 2, which is called Berry.
const berryMetadata = "__metadata"

// parseYarnLock parses a yarn.lock of either format.
func parseYarnLock(content []byte) (NodeLock, error) {
	if IsBerry(content) {
		return parseBerryLock(content)
	}

	return parseClassicLock(string(content))
}

// IsBerry tells whether a yarn.lock was written by Yarn 2 or newer.
func IsBerry(content []byte) bool { return strings.Contains(string(content), "\n"+berryMetadata+":") }

// IsClassic tells whether a yarn.lock says that Yarn 1 wrote it. An empty one says nothing.
func IsClassic(content []byte) bool { return strings.Contains(string(content), "# yarn lockfile v1") }
