package node

import (
	"github.com/zeitwork/zeitwork/activities/detect/node/nx"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// readApp reads the package.json of the app in the root directory, or what Nx knows of an app that has none. It is false where there is neither.
func readApp(tree source.Tree) (packagejson.Manifest, bool, error) {
	read, ok, err := packagejson.Read(tree, ".")
	if err != nil {
		return read, ok, err
	}

	if completed, byNX := nx.Read(tree, read); byNX {
		return completed, true, nil
	}

	return read, ok, nil
}
