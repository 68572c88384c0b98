package cluster

import (
	"bytes"
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

// region is the one region of a local cluster; its nodes and edges are named for it too.
const region = "local"

const (
	nodeTokenPrefix = "zwn_"
	edgeTokenPrefix = "zwe_"
)

// tokens are what the operator, the nodes and the edges sign in with; the database has only the hashes.
type tokens struct {
	User string `json:"user"`
	Node string `json:"node"`
	Edge string `json:"edge"`
	// MoreNodes and MoreEdges are the tokens of the second and later ones.
	MoreNodes []string `json:"more_nodes,omitempty"`
	MoreEdges []string `json:"more_edges,omitempty"`
}

func (t tokens) nodes() []string { return append([]string{t.Node}, t.MoreNodes...) }

func (t tokens) edges() []string { return append([]string{t.Edge}, t.MoreEdges...) }

// UserTokenFile is the path of the file that holds only the operator's token, to be given to `zeitwork login`.
func UserTokenFile(dataDir string) string { return filepath.Join(dataDir, "user-token") }

// loadKey returns the platform's secret key, which it makes at the first start. Without the key no sealed value can be read.
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

// loadTokens returns the tokens of earlier starts, and makes the missing ones for that many nodes and edges.
func loadTokens(dataDir string, nodes, edges int) (tokens, error) {
	path := filepath.Join(dataDir, "tokens.json")
	kept := tokens{User: secret.NewToken("zwu_"), Node: secret.NewToken(nodeTokenPrefix), Edge: secret.NewToken(edgeTokenPrefix)}

	before, err := os.ReadFile(path)
	if err == nil {
		kept = tokens{}
		err = json.Unmarshal(before, &kept)
	}

	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return tokens{}, fmt.Errorf("read %s: %w", path, err)
	}

	for len(kept.nodes()) < nodes {
		kept.MoreNodes = append(kept.MoreNodes, secret.NewToken(nodeTokenPrefix))
	}

	for len(kept.edges()) < edges {
		kept.MoreEdges = append(kept.MoreEdges, secret.NewToken(edgeTokenPrefix))
	}

	content, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return tokens{}, fmt.Errorf("encode the tokens: %w", err)
	}

	if bytes.Equal(content, before) {
		return kept, nil
	}

	return kept, errors.Join(writePrivate(UserTokenFile(dataDir), []byte(kept.User+"\n")), writePrivate(path, content))
}

// OperatorEmail is the address of the operator, who also owns the first organisation.
const OperatorEmail = "operator@localhost"

// bootstrap makes the operator, the nodes and the edges that do not exist.
func (c *Cluster) bootstrap(ctx context.Context) error {
	// One call makes at most one node and one edge: those that it gets a name for.
	for number := 1; number <= max(c.options.Nodes, c.options.Edges); number++ {
		given := tokens{User: c.tokens.User}
		arguments := []string{"admin", "bootstrap", "--tokens", "--email", OperatorEmail, "--organisation", region, "--region", region}

		if number <= c.options.Nodes {
			given.Node = c.tokens.nodes()[number-1]
			arguments = append(arguments, "--node", numbered(region, number))
		}

		if number <= c.options.Edges {
			given.Edge = c.tokens.edges()[number-1]
			arguments = append(arguments, "--edge", numbered(region, number))
		}

		input, err := json.Marshal(given)
		if err != nil {
			return fmt.Errorf("encode the tokens: %w", err)
		}

		if err := c.once(ctx, "", c.controlEnviron(), input, arguments...); err != nil {
			return err
		}
	}

	return nil
}

// writePrivate writes a file that only its owner may read, whole or not at all.
func writePrivate(path string, content []byte) error {
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}

	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}

	return nil
}
