package localcluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/zeitwork/zeitwork/internal/client"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// region is the one region of a local cluster; its node and edge are named for it too.
const region = "local"

// credentials are the tokens of the cluster; the database has their hashes only.
type credentials struct {
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

// signIn finds the tokens of an earlier start, or makes the operator, the node and the edge.
func (c *Cluster) signIn(ctx context.Context) error {
	path := filepath.Join(c.options.DataDir, "tokens.json")

	content, err := os.ReadFile(path)
	if err == nil {
		if err := json.Unmarshal(content, &c.credentials); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}

		return nil
	}

	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the tokens: %w", err)
	}

	if err := c.makeCredentials(ctx); err != nil {
		return err
	}

	if content, err = json.MarshalIndent(c.credentials, "", "  "); err != nil {
		return fmt.Errorf("encode the tokens: %w", err)
	}

	return errors.Join(writePrivate(UserTokenFile(c.options.DataDir), []byte(c.credentials.User+"\n")), writePrivate(path, content))
}

func (c *Cluster) makeCredentials(ctx context.Context) error {
	output, err := c.once(ctx, c.controlEnviron(), "admin", "bootstrap", "--email", "operator@localhost")
	if err != nil {
		return err
	}

	c.credentials.User = strings.TrimSpace(string(output))

	api, err := c.client()
	if err != nil {
		return err
	}

	node, err := api.CreateNodeWithResponse(ctx, client.CreateNodeInputBody{Name: region, Region: region})
	if err != nil || node.StatusCode() != http.StatusCreated {
		return refused("make the node", node, err)
	}

	edge, err := api.CreateEdgeWithResponse(ctx, client.CreateEdgeInputBody{Name: region, Region: region})
	if err != nil || edge.StatusCode() != http.StatusCreated {
		return refused("make the edge", edge, err)
	}

	c.credentials.Node, c.credentials.Edge = node.JSON201.Token, edge.JSON201.Token

	return nil
}

func refused(doing string, response interface{ GetBody() []byte }, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}

	return fmt.Errorf("%s: %s", doing, response.GetBody())
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
