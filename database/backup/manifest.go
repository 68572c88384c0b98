package backup

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/secret"
)

const (
	namePrefix = "zeitwork-"
	// nameTime is the time of the snapshot (UTC) in the names of objects, which are in the order of time so.
	nameTime         = "20060102T150405.000Z"
	dumpSuffix       = ".sql.zst.age"
	manifestSuffix   = ".json"
	unfinishedPrefix = ".unfinished-"

	// The purposes for which keys are derived from the platform's key.
	fingerprintPurpose = "zeitwork backup: fingerprint of the key"
	manifestPurpose    = "zeitwork backup: manifests"
	fingerprintBytes   = 8

	maxManifestBytes = 1 << 20
)

// Manifest describes a backup.
type Manifest struct {
	Name string `json:"name"`
	// SnapshotAt is what moment of the database it shows, by Postgres' clock.
	SnapshotAt time.Time `json:"snapshot_at"`
	// Version of zeitwork that made it, and Migration, the newest that the database had.
	Version   string `json:"version"`
	Migration string `json:"migration"`
	Postgres  string `json:"postgres"`
	// Bytes and SHA256 are of the dump as it is stored, DumpBytes of what it holds.
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	DumpBytes int64  `json:"dump_bytes"`
	// KeyFingerprint tells which platform's key opens the values in it.
	KeyFingerprint string `json:"key_fingerprint"`
	// Took is how long it took to make.
	Took time.Duration `json:"took_nanoseconds"`
}

// signed is a manifest as it is stored.
type signed struct {
	Manifest json.RawMessage `json:"manifest"`
	MAC      []byte          `json:"mac"`
}

func (m Manifest) dump() string { return m.Name + dumpSuffix }

// listed is a manifest that was found in a target.
type listed struct {
	Manifest

	signed signed
}

// List returns the backups of a target, the oldest first. It does not tell whether they are whole.
func List(ctx context.Context, config Config) ([]Manifest, error) {
	store, err := config.Store()
	if err != nil {
		return nil, err
	}

	found, err := list(ctx, store)
	manifests := make([]Manifest, 0, len(found))

	for _, backup := range found {
		manifests = append(manifests, backup.Manifest)
	}

	return manifests, err
}

func list(ctx context.Context, store Store) ([]listed, error) {
	names, err := store.List(ctx)
	if err != nil {
		return nil, err
	}

	slices.Sort(names)

	var found []listed

	for _, name := range names {
		if !strings.HasPrefix(name, namePrefix) || !strings.HasSuffix(name, manifestSuffix) {
			continue
		}

		backup, err := readManifest(ctx, store, name)
		if err != nil {
			return nil, err
		}

		found = append(found, backup)
	}

	return found, nil
}

func readManifest(ctx context.Context, store Store, name string) (listed, error) {
	object, err := store.Get(ctx, name)
	if err != nil {
		return listed{}, err
	}

	defer func() { _ = object.Close() }()

	text, err := io.ReadAll(io.LimitReader(object, maxManifestBytes))
	if err != nil {
		return listed{}, fmt.Errorf("read %s: %w", name, err)
	}

	var backup listed

	err = json.Unmarshal(text, &backup.signed)
	if err == nil {
		err = json.Unmarshal(backup.signed.Manifest, &backup.Manifest)
	}

	if err != nil || backup.Name+manifestSuffix != name {
		return listed{}, problem.New(problem.Invalid, "%s is not the manifest of a backup, or was damaged. Take it away to use the others.", name)
	}

	return backup, nil
}

// newest returns the newest backup that is not newer than at says: a backup's name, or a time. Empty: the newest of all.
func newest(found []listed, at string) (listed, error) {
	if len(found) == 0 {
		return listed{}, problem.New(problem.NotFound, "There is no backup.")
	}

	if at == "" {
		return found[len(found)-1], nil
	}

	moment, err := time.Parse(time.RFC3339, at)

	for _, backup := range slices.Backward(found) {
		if backup.Name == at || (err == nil && !backup.SnapshotAt.After(moment)) {
			return backup, nil
		}
	}

	if err != nil {
		return listed{}, problem.New(problem.NotFound, "There is no backup %s. Name one of `zeitwork backup --list`, or a time such as %s.", at,
			time.Now().UTC().Format(time.RFC3339))
	}

	return listed{}, problem.New(problem.NotFound, "There is no backup as old as %s: the oldest is of %s.", at, found[0].SnapshotAt.Format(time.RFC3339))
}

// sign returns the manifest as it is stored.
func (m Manifest) sign(key secret.Key) ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}

	text, err = json.Marshal(signed{Manifest: text, MAC: mac(key, text)})
	if err != nil {
		return nil, fmt.Errorf("encode the manifest: %w", err)
	}

	return text, nil
}

// isOf tells whether a backup says that it was made with one of the keys: other platforms may use the same target.
func (l listed) isOf(keys secret.Keys) bool {
	return slices.ContainsFunc(keys.All(), func(key secret.Key) bool { return fingerprint(key) == l.KeyFingerprint })
}

// check refuses a backup that was made with none of the keys.
func (l listed) check(keys secret.Keys) error {
	for _, key := range keys.All() {
		if fingerprint(key) != l.KeyFingerprint {
			continue
		}

		if !hmac.Equal(l.signed.MAC, mac(key, l.signed.Manifest)) {
			return problem.New(problem.Forbidden, "The manifest of %s was changed by somebody who does not have the platform's key. Use another backup.", l.Name)
		}

		return nil
	}

	return problem.New(problem.Conflict, "The backup %s was made with another ZEITWORK_SECRET_KEY (fingerprint %s) than this one (%s): "+
		"its values could not be read. Give the key that the platform had then.", l.Name, l.KeyFingerprint, fingerprint(keys.Current))
}

func fingerprint(key secret.Key) string {
	return hex.EncodeToString(key.Derive(fingerprintPurpose)[:fingerprintBytes])
}

func mac(key secret.Key, text []byte) []byte {
	made := hmac.New(sha256.New, key.Derive(manifestPurpose))
	_, _ = made.Write(text) // A hash takes everything.

	return made.Sum(nil)
}
