package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/zeitwork/zeitwork/internal/process"
)

// Registry is the container registry, with its images in the home or in a bucket.
type Registry struct {
	Home process.Home
	// Bin is the folder of the daemons' binaries.
	Bin string
	// Port is a free TCP port on the loopback interface.
	Port int
	// Bucket has the images; nil: they are in the home.
	Bucket *Bucket
	// ReadOnly makes the registry refuse to be written to, with 405.
	ReadOnly bool
	// Auth says which tokens the registry accepts; nil: everyone on the machine may pull, push and delete, which is for tests.
	Auth *RegistryAuth
}

// RegistryAuth makes the registry ask for tokens of the Docker token protocol.
type RegistryAuth struct {
	// Realm is the URL of the token endpoint, as the registry's clients reach it.
	Realm string
	// Service and Issuer are what a token's audience and issuer must be.
	Service, Issuer string
	// JWKS is the JSON Web Key Set with the public ES256 keys that tokens may be signed with.
	JWKS []byte
}

const registryName = "registry"

// Start starts the registry. The process's address is its host and port.
func (r Registry) Start(ctx context.Context) (*process.Process, error) {
	config, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}

	address := r.address()

	return r.Home.Start(ctx, process.Spec{
		Name: registryName, Program: filepath.Join(r.Bin, registryName), Arguments: []string{"serve", config}, Address: address,
		Environment: process.Environment(r.Bin, "OTEL_TRACES_EXPORTER=none"),
		Ready:       func(ctx context.Context) error { return answersHTTP(ctx, "http://"+address+"/v2/") },
	})
}

// prepare writes the configuration, ends what is left of an earlier run, and returns the configuration's path.
func (r Registry) prepare(ctx context.Context) (string, error) {
	content, err := r.configuration(r.address())
	if err != nil {
		return "", err
	}

	config, err := r.Home.Write(content, registryName, "config.yml")
	if err != nil {
		return "", err
	}

	return config, errors.Join(process.EndLeftovers(ctx, registryName, config), process.EndLeftovers(ctx, registryName, r.Home.Folder(registryName, sweepFile)))
}

func (r Registry) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(r.Port)) }

// section is a part of the configuration.
type section = map[string]any

// configuration is the registry's configuration file: YAML, of which JSON is a part.
func (r Registry) configuration(address string) ([]byte, error) {
	config := section{
		"version": "0.1",
		"log":     section{"level": "warn", "accesslog": section{"disabled": true}},
		"storage": r.storage(),
		"http":    section{"addr": address},
	}

	if r.Auth != nil {
		jwks, err := r.Home.Write(r.Auth.JWKS, registryName, "jwks.json")
		if err != nil {
			return nil, err
		}

		config["auth"] = section{"token": section{
			"realm": r.Auth.Realm, "service": r.Auth.Service, "issuer": r.Auth.Issuer, "jwks": jwks, "signingalgorithms": []string{"ES256"},
		}}
	}

	content, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the registry's configuration: %w", err)
	}

	return content, nil
}

// storage is where the blobs are. Their descriptors are kept in memory only in front of files: a store that others may write to can lose a blob, and
// the registry would tell pushes for as long as it runs that it has it.
func (r Registry) storage() section {
	storage := section{"delete": section{"enabled": true}}

	if r.Bucket == nil {
		storage["filesystem"] = section{"rootdirectory": r.data()}
		storage["cache"] = section{"blobdescriptor": "inmemory"}
	} else {
		storage["s3"] = section{
			"regionendpoint": r.Bucket.Endpoint, "region": r.Bucket.Region, "bucket": r.Bucket.Name, "forcepathstyle": true,
			"accesskey": r.Bucket.AccessKey, "secretkey": r.Bucket.SecretKey,
		}
		// Builds and nodes reach the registry, and nothing else of this machine.
		storage["redirect"] = section{"disable": true}
	}

	if r.ReadOnly {
		storage["maintenance"] = section{"readonly": section{"enabled": true}}
	}

	return storage
}

// answersHTTP returns nil when the URL is answered without a server error: a registry that asks for a token is up.
func answersHTTP(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}

	// A transport of its own leaves no idle connection behind.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}

	if err := response.Body.Close(); err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}

	if response.StatusCode >= http.StatusInternalServerError {
		return errors.New(address + " answers " + response.Status)
	}

	return nil
}
