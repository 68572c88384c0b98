package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/zeitwork/zeitwork/local/toolchain"
	"github.com/zeitwork/zeitwork/test/rig"
)

// photograph walks over every page of the dashboard with a browser and photographs each into a folder.
func photograph(ctx context.Context, p *rig.Platform, folder string) error {
	source, err := toolchain.SourceDir()
	if err != nil {
		return err
	}

	if folder, err = filepath.Abs(folder); err != nil {
		return fmt.Errorf("find the folder for pictures: %w", err)
	}

	architecture := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if architecture == "" {
		architecture = runtime.GOARCH
	}

	found, err := json.Marshal(map[string]string{
		"url": p.APIURL(), "github": p.GitHubURL(), "user": ada, "other": alan, "account": account, "operatorToken": p.UserToken(),
	})
	if err != nil {
		return fmt.Errorf("encode what the walk finds: %w", err)
	}

	web := filepath.Join(source, "web")
	node := filepath.Join(web, "node_modules", "node-linux-"+architecture, "bin", "node")
	walk := exec.CommandContext(ctx, node, filepath.Join(web, "walks", "run.ts"), filepath.Join(web, "walks", "pictures.ts"))
	walk.Dir = web
	walk.Stdout, walk.Stderr = os.Stdout, os.Stderr
	walk.Env = append(os.Environ(), "WALK_WORLD="+string(found), "WALK_PICTURES="+folder, "WALK_FAILURES="+folder)

	if browser := os.Getenv("ZEITWORK_TEST_CHROMIUM"); browser != "" {
		walk.Env = append(walk.Env, "CHROMIUM="+browser)
	}

	if err := walk.Run(); err != nil {
		return fmt.Errorf("photograph the pages: %w", err)
	}

	return nil
}
