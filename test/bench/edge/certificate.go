package edge

import (
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/test/rig"
)

// certificate is the one with which all proxies end TLS.
type certificate struct {
	chain, key string // PEM.
	// chainFile, keyFile and bothFile hold them.
	chainFile, keyFile, bothFile string
}

// newCertificate makes a certificate of the app's hostname.
func newCertificate(folder string) (certificate, error) {
	chain, key, err := rig.NewCertificate(hostname)
	if err != nil {
		return certificate{}, err
	}

	made := certificate{
		chain: string(chain), key: string(key),
		chainFile: filepath.Join(folder, "chain.pem"), keyFile: filepath.Join(folder, "key.pem"), bothFile: filepath.Join(folder, "both.pem"),
	}

	for file, content := range map[string]string{made.chainFile: made.chain, made.keyFile: made.key, made.bothFile: made.chain + made.key} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return certificate{}, err
		}
	}

	return made, nil
}
