package dockerfile

import (
	"fmt"
	"io/fs"
	"path"

	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// Advice tells the user where else in the source there is a Dockerfile, up to two levels deep; empty where there is none.
func Advice(tree source.Tree) string {
	for _, pattern := range []string{"*/Dockerfile", "*/*/Dockerfile"} {
		if found, err := fs.Glob(tree.FS, pattern); err == nil && len(found) > 0 {
			return fmt.Sprintf("There is a Dockerfile in %s: set the project's root directory to that, or add one here.", path.Dir(found[0]))
		}
	}

	return ""
}
