package deploy

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/test/rig"
)

// buildctl builds by BuildKit's own command line.
type buildctl struct {
	// program is its path, address where buildkitd answers.
	program, address string
	// registry is the registry's host and port, and password that of registryauth.GrantUser there.
	registry, password string
	// configDir is a folder for the password.
	configDir string
}

// buildAndPush builds what is in a folder, by its Dockerfile, and pushes the image under a name.
func (b buildctl) buildAndPush(ctx context.Context, folder, name string) error {
	if err := b.writePassword(); err != nil {
		return err
	}

	command := exec.CommandContext(ctx, b.program, "--addr", b.address, "build", "--progress", "plain",
		"--frontend", "dockerfile.v0", "--local", "context="+folder, "--local", "dockerfile="+folder,
		"--output", "type=image,name="+name+",push=true,registry.insecure=true")
	command.Env = append(os.Environ(), "DOCKER_CONFIG="+b.configDir)

	_, err := rig.Run(command)

	return err
}

// writePassword writes the registry's password where buildctl looks for it.
func (b buildctl) writePassword() error {
	credentials := base64.StdEncoding.EncodeToString([]byte(registryauth.GrantUser + ":" + b.password))

	content, err := json.Marshal(map[string]any{"auths": map[string]any{b.registry: map[string]string{"auth": credentials}}})
	if err != nil {
		return fmt.Errorf("encode the registry's password: %w", err)
	}

	if err := os.MkdirAll(b.configDir, 0o700); err != nil {
		return fmt.Errorf("make a folder for the registry's password: %w", err)
	}

	if err := os.WriteFile(filepath.Join(b.configDir, "config.json"), content, 0o600); err != nil {
		return fmt.Errorf("write the registry's password: %w", err)
	}

	return nil
}
