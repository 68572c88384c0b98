package edgeproxy

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

const keyFileMode = 0o600

// loadKey returns the key of this machine, by which the edge signs what it sends to the platform. The first start makes it.
func loadKey(directory string) (ed25519.PrivateKey, error) {
	path := filepath.Join(directory, "edge.key")

	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}

	if err != nil {
		return nil, fmt.Errorf("reading the key of this edge: %w", err)
	}

	key, err := httpsignature.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("the key of this edge in %s: %w: remove the file, and give the edge another token (`zeitwork edges rotate-token NAME`)", path, err)
	}

	return key, nil
}

// makeKey writes the file as a whole, so that a crash leaves a key or none.
func makeKey(path string) (ed25519.PrivateKey, error) {
	key, text, err := httpsignature.NewKey()
	if err != nil {
		return nil, fmt.Errorf("making the key of this edge: %w", err)
	}

	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, keyFileMode)
	if err != nil {
		return nil, fmt.Errorf("making the key of this edge: %w", err)
	}

	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())

	if err == nil {
		err = os.Rename(path+".new", path)
	}

	if err == nil {
		err = syncDirectory(filepath.Dir(path))
	}

	if err != nil {
		return nil, fmt.Errorf("making the key of this edge: %w", err)
	}

	return key, nil
}

// bind has the platform bind the edge's token to its key, once. A platform of the version before knows nothing of it, and is asked again before the next poll.
func (p *poller) bind(ctx context.Context) error {
	if p.bound {
		return nil
	}

	answer, err := p.calls.BindEdgeTokenWithResponse(ctx, client.BindEdgeTokenInputBody{PublicKey: httpsignature.PublicKey(p.key)})
	if err != nil {
		return fmt.Errorf("binding this edge's token to its key: %w", err)
	}

	switch status := answer.StatusCode(); status {
	case http.StatusNoContent:
		p.bound = true
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict:
		return refused(answer.Status(), answer.Body)
	}

	return nil
}
