package detect

import "strings"

// berryMetadata is the entry that yarn.lock has since Yarn 2, which is called Berry.
const berryMetadata = "__metadata"

func parseYarnLock(content []byte) (nodeLock, error) {
	if isBerry(content) {
		return parseBerryLock(content)
	}

	return parseClassicLock(string(content))
}

// isBerry tells whether a yarn.lock was written by Yarn 2 or newer.
func isBerry(content []byte) bool { return strings.Contains(string(content), "\n"+berryMetadata+":") }

// isClassic tells whether a yarn.lock says that Yarn 1 wrote it. An empty one does not.
func isClassic(content []byte) bool { return strings.Contains(string(content), "# yarn lockfile v1") }
