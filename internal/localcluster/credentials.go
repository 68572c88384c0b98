package localcluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/internal/secret"
)

// region is the one region of a local cluster; its node and edge are named for it too.
const region = "local"

// tokens are with what the operator, the node and the edge sign in; the database has their hashes only.
type tokens struct {
	User string `json:"user"`
	Node string `json:"node"`
	Edge string `json:"edge"`
}

// UserTokenFile is where the operator's token stands alone, to be given to `zeitwork login`.
func UserTokenFile(dataDir string) string { return filepath.Join(dataDir, "user-token") }

// loadKey returns the platform's secret key, making it at the first start. Who loses it loses every sealed value.
func loadKey(dataDir string) (secret.Key, error) {
	path := filepath.Join(dataDir, "secret-key")

	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := secret.GenerateKey()

		return key, writePrivate(path, []byte(key.Encode()+"\n"))
	}

	if err != nil {
		return secret.Key{}, fmt.Errorf("read the secret key: %w", err)
	}

	var key secret.Key
	if err := key.UnmarshalText([]byte(strings.TrimSpace(string(text)))); err != nil {
		return secret.Key{}, fmt.Errorf("%s: %w", path, err)
	}

	return key, nil
}

// loadTokens returns the tokens of an earlier start, or makes them.
func loadTokens(dataDir string) (tokens, error) {
	path := filepath.Join(dataDir, "tokens.json")

	content, err := os.ReadFile(path)
	if err == nil {
		found := tokens{}
		if err := json.Unmarshal(content, &found); err != nil {
			return tokens{}, fmt.Errorf("read %s: %w", path, err)
		}

		return found, nil
	}

	if !errors.Is(err, fs.ErrNotExist) {
		return tokens{}, fmt.Errorf("read the tokens: %w", err)
	}

	made := tokens{User: secret.NewToken("zwu_"), Node: secret.NewToken("zwn_"), Edge: secret.NewToken("zwe_")}

	if content, err = json.MarshalIndent(made, "", "  "); err != nil {
		return tokens{}, fmt.Errorf("encode the tokens: %w", err)
	}

	return made, errors.Join(writePrivate(UserTokenFile(dataDir), []byte(made.User+"\n")), writePrivate(path, content))
}

// bootstrap makes the operator, the node and the edge where they are absent.
func (c *Cluster) bootstrap(ctx context.Context) error {
	tokens, err := json.Marshal(c.tokens)
	if err != nil {
		return fmt.Errorf("encode the tokens: %w", err)
	}

	return c.once(ctx, c.controlEnviron(), tokens, "admin", "bootstrap", "--tokens",
		"--email", "operator@localhost", "--organisation", region, "--node", region, "--edge", region, "--region", region)
}

// writePrivate writes a file for its owner alone, whole or not at all.
func writePrivate(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}

	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}

	return nil
}
