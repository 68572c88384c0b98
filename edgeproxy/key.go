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
	"syscall"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/httpsignature"
)

const keyFileMode = 0o600

// Key is the key of this machine, by which the edge signs what it sends to the platform.
type Key struct {
	Private ed25519.PrivateKey

	path string
	// made is what the file is to have, for a key that is in no file yet.
	made []byte
}

// FindKey returns the key that the edge's data directory has, or a new one where it has none: Keep writes that.
func FindKey(directory string) (Key, error) {
	key := Key{path: filepath.Join(directory, "edge.key")}

	text, err := os.ReadFile(key.path)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		if key.Private, key.made, err = httpsignature.NewKey(); err != nil {
			return key, fmt.Errorf("making the key of this edge: %w", err)
		}

		return key, nil
	case err != nil:
		return key, fmt.Errorf("reading the key of this edge: %w", err)
	}

	if key.Private, err = httpsignature.ParseKey(text); err != nil {
		return key, fmt.Errorf("the key of this edge in %s: %w: remove the file, and join again (`zeitwork edges join NAME` prints the command)", key.path, err)
	}

	return key, nil
}

// IsNew tells that the key is in no file yet.
func (k Key) IsNew() bool { return k.made != nil }

// Keep writes a new key into the data directory, as a whole: a crash leaves a key or none.
func (k Key) Keep() error {
	if !k.IsNew() {
		return nil
	}

	file, err := os.OpenFile(k.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, keyFileMode)
	if err != nil {
		return fmt.Errorf("making the key of this edge: %w", err)
	}

	_, err = file.Write(k.made)
	err = errors.Join(err, giveToOwnerOf(filepath.Dir(k.path), file), file.Sync(), file.Close())

	if err == nil {
		err = os.Rename(k.path+".new", k.path)
	}

	if err == nil {
		err = syncDirectory(filepath.Dir(k.path))
	}

	if err != nil {
		return fmt.Errorf("making the key of this edge: %w", err)
	}

	return nil
}

// Forget removes a key that Keep has written. One that was there before stays.
func (k Key) Forget() error {
	if !k.IsNew() {
		return nil
	}

	return os.Remove(k.path)
}

// giveToOwnerOf makes a file that root writes one of the user who owns the directory: the service of an edge is no root.
func giveToOwnerOf(directory string, file *os.File) error {
	info, err := os.Stat(directory)
	if err != nil {
		return err
	}

	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}

	return file.Chown(int(owner.Uid), int(owner.Gid))
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
