package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// Verify reads a backup whole and returns its manifest: the newest, or the newest that is not newer than at says (a backup's name or a time). It compares the
// hash with the manifest's and, where the configuration has the private key, decrypts and unpacks it.
func Verify(ctx context.Context, keys secret.Keys, config Config, at string) (Manifest, error) {
	store, err := config.Store()
	if err != nil {
		return Manifest{}, err
	}

	chosen, err := choose(ctx, store, keys, at)
	if err != nil {
		return Manifest{}, err
	}

	var identities []age.Identity

	if config.Identity != "" {
		if identities, err = config.identities(); err != nil {
			return Manifest{}, err
		}
	}

	return chosen.Manifest, verify(ctx, store, chosen.Manifest, identities)
}

// choose returns the backup that at says, if it was made with one of the keys. Those of others are passed over, but where at names one or there are no others.
func choose(ctx context.Context, store Store, keys secret.Keys, at string) (listed, error) {
	found, err := list(ctx, store)
	if err != nil {
		return listed{}, err
	}

	candidates := lo.Filter(found, func(backup listed, _ int) bool { return backup.isOf(keys) || backup.Name == at })
	if len(candidates) == 0 {
		candidates = found
	}

	chosen, err := newest(candidates, at)
	if err != nil {
		return listed{}, err
	}

	return chosen, chosen.check(keys)
}

// verify reads a dump whole. Without identities it is not decrypted.
func verify(ctx context.Context, store Store, manifest Manifest, identities []age.Identity) error {
	opened, err := open(ctx, store, manifest, identities)
	if err != nil {
		return err
	}

	defer opened.close()

	_, err = io.Copy(io.Discard, opened)

	return err //nolint:wrapcheck // It says what is wrong.
}

// opened reads what a dump holds. It ends with an error in the place of io.EOF where the dump is not the manifest's.
type opened struct {
	manifest Manifest
	object   io.ReadCloser
	hash     hash.Hash
	// plain has what the dump holds; it reads from stored, whose bytes are counted and hashed.
	plain, stored io.Reader
	unpacked      *zstd.Decoder
}

func open(ctx context.Context, store Store, manifest Manifest, identities []age.Identity) (*opened, error) {
	object, err := store.Get(ctx, manifest.dump())
	if err != nil {
		return nil, err
	}

	o := &opened{manifest: manifest, object: object, hash: sha256.New()}
	o.stored = io.TeeReader(object, o.hash)
	o.plain = o.stored

	if identities == nil {
		return o, nil
	}

	decrypted, err := age.Decrypt(o.stored, identities...)
	if err != nil {
		o.close()

		return nil, problem.Wrap(err, problem.Invalid, "The private key does not open the backup %s, or the backup was damaged.", manifest.Name)
	}

	if o.unpacked, err = zstd.NewReader(decrypted, zstd.WithDecoderConcurrency(1)); err != nil {
		o.close()

		return nil, fmt.Errorf("unpack the backup: %w", err)
	}

	o.plain = o.unpacked

	return o, nil
}

func (o *opened) Read(into []byte) (int, error) {
	read, err := o.plain.Read(into)

	switch {
	case err == io.EOF:
		return read, o.end()
	case err != nil:
		return read, problem.Wrap(err, problem.Invalid, "The backup %s was damaged, or could not be read to its end. Use another one: --at names it.",
			o.manifest.Name)
	default:
		return read, nil
	}
}

// end returns io.EOF where all that was read is the manifest's dump.
func (o *opened) end() error {
	if _, err := io.Copy(io.Discard, o.stored); err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}

	if hex.EncodeToString(o.hash.Sum(nil)) != o.manifest.SHA256 {
		return problem.New(problem.Invalid, "The backup %s was damaged: it is not what its manifest says. Use another one: --at names it.", o.manifest.Name)
	}

	return io.EOF
}

func (o *opened) close() {
	if o.unpacked != nil {
		o.unpacked.Close()
	}

	_ = o.object.Close() // It was only read.
}
