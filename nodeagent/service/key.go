package service

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/zeitwork/zeitwork/internal/httpsignature"
	"github.com/zeitwork/zeitwork/internal/systemservice"
)

// The files for the key of this machine, which only root reads. The settings name the one that is in use; another key is written to the other, so that token
// and key change at once, with the settings.
const (
	keyFile      = "/etc/zeitwork/nodeagent.key"
	otherKeyFile = "/etc/zeitwork/nodeagent-2.key"
)

// machineKey is a key of this machine. encoded is what its file has.
type machineKey struct {
	private ed25519.PrivateKey
	encoded []byte
	file    string
}

// currentKey is the key that the settings name, or that an attempt to join has left which was cut off. There is none where private is nil; that the one of the
// settings is gone is an error unless it may be.
func currentKey(settings map[string]string, mayBeGone bool) (machineKey, error) {
	key := machineKey{file: settings[keySetting]}
	if key.file == "" {
		key.file = keyFile
	}

	var err error

	key.encoded, err = os.ReadFile(key.file)
	if errors.Is(err, fs.ErrNotExist) && (mayBeGone || settings[keySetting] == "") {
		return key, nil
	}

	if err == nil {
		key.private, err = httpsignature.ParseKey(key.encoded)
	}

	if err != nil {
		return key, fmt.Errorf("read the key of this machine in %s: %w", key.file, err)
	}

	return key, nil
}

// nextKey makes another key than the one in the file in use.
func nextKey(inUse string) (machineKey, error) {
	key := machineKey{file: keyFile}
	if inUse == keyFile {
		key.file = otherKeyFile
	}

	var err error

	key.private, key.encoded, err = httpsignature.NewKey()

	return key, err
}

// keep writes the key to its file.
func (k machineKey) keep() error {
	const secret = 0o600

	_, err := systemservice.Write(k.file, k.encoded, secret)

	return err
}

// removeOtherKeys removes the keys that are in use no longer.
func removeOtherKeys(inUse string) error {
	for _, file := range []string{keyFile, otherKeyFile} {
		if file != inUse {
			if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("remove a key that is in use no longer: %w", err)
			}
		}
	}

	return nil
}
