package baseimages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/flock"
)

// revision is part of every hash: raise it when the code that makes images changes what it makes.
const revision = 3

// layoutDir is the folder of the images that the current recipes and the certificates make.
func layoutDir(cacheDir string, certificates []byte) string {
	return filepath.Join(cacheDir, "base-images", "images-"+hash(recipes, certificates))
}

// rootfsFile is the tar of a recipe's minimal system. Recipes with the same suite and packages share it.
func rootfsFile(cacheDir string, r recipe) string {
	return filepath.Join(cacheDir, "base-images", "rootfs-"+r.Suite+"-"+hash(r.Suite, r.Packages)+".tar")
}

func hash(parts ...any) string {
	// Encoding cannot fail: the parts are made of strings, lists and structs.
	encoded, _ := json.Marshal(append([]any{revision}, parts...)) //nolint:errchkjson // See above.
	sum := sha256.Sum256(encoded)

	const enough = 8

	return hex.EncodeToString(sum[:enough])
}

// lock waits until no other process makes images in that cache, and keeps others from it until the returned function is called.
func lock(ctx context.Context, cacheDir string) (func(), error) {
	dir := filepath.Join(cacheDir, "base-images")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the cache of the base images: %w", err)
	}

	held, err := flock.Wait(ctx, filepath.Join(dir, "lock"), flock.Exclusive)
	if err != nil {
		return nil, fmt.Errorf("lock the cache of the base images: %w", err)
	}

	return func() { _ = held.Close() }, nil
}
