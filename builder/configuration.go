package builder

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"text/template"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/buildlabel"
	"github.com/zeitwork/zeitwork/internal/version"
)

// defaultFreeBytes is how much of the disk the cache leaves free.
const defaultFreeBytes = 5e9

// buildkitdConfig keeps a few networks ready in a pool, because making one costs a build step tens of milliseconds. It grants no
// entitlement, so no Dockerfile and no client can ask for the machine's network.
const buildkitdConfig = `root = {{.Root}}
insecure-entitlements = []

[log]
  level = "warn"

[grpc]
  address = [{{.Address}}]

[cdi]
  disabled = true

[dns]
  nameservers = [{{.Nameservers}}]

[history]
  maxAge = "24h"
  maxEntries = 50

[worker.containerd]
  enabled = false

[worker.oci]
  enabled = true
  snapshotter = "overlayfs"
  binary = {{.Runc}}
  defaultCgroupParent = {{.Cgroup}}
  networkMode = "cni"
  cniConfigPath = {{.CNIConfig}}
  cniBinaryPath = {{.CNI}}
  cniPoolSize = 4
  gc = true
  maxUsedSpace = {{.CacheBytes}}
  reservedSpace = {{.ReservedBytes}}
  minFreeSpace = {{.FreeBytes}}
  max-parallelism = {{.Steps}}

[worker.oci.labels]
  "` + buildlabel.Version + `" = {{.Version}}
{{if .Builds}}  "` + buildlabel.Builds + `" = {{.Builds}}
{{end}}{{if .Mirror}}
[registry."docker.io"]
  mirrors = [{{.Mirror}}]
{{end}}{{if .Registry}}
[registry.{{.Registry}}]
  http = true
{{end}}`

// writeConfiguration writes the configuration of the builds' network and that of buildkitd, and returns the path of the latter.
func (b Buildkitd) writeConfiguration(address string, lastBuild netip.Addr) (string, error) {
	cni, err := b.cniConfiguration(lastBuild)
	if err != nil {
		return "", err
	}

	cniPath, err := b.Home.Write(cni, buildkitdName, "build.conflist")
	if err != nil {
		return "", err
	}

	const (
		defaultCacheBytes = 20e9
		reservedShare     = 10
	)

	cacheBytes := cmp.Or(b.CacheBytes, defaultCacheBytes)

	values := map[string]string{
		"Root": strconv.Quote(b.root()), "Address": strconv.Quote(address), "CNI": strconv.Quote(b.Programs.CNI),
		"Runc": strconv.Quote(b.Programs.Runc), "CNIConfig": strconv.Quote(cniPath), "Cgroup": strconv.Quote(b.cgroup()),
		"Nameservers": strings.Join(lo.Map(b.Nameservers, func(a netip.Addr, _ int) string { return strconv.Quote(a.String()) }), ", "),
		"CacheBytes":  strconv.FormatInt(cacheBytes, 10), "ReservedBytes": strconv.FormatInt(cacheBytes/reservedShare, 10),
		"FreeBytes": strconv.FormatInt(cmp.Or(b.FreeBytes, defaultFreeBytes), 10), "Steps": strconv.Itoa(b.Steps), "Mirror": "", "Registry": "",
		"Builds": "", "Version": strconv.Quote(version.Get().Version),
	}

	if b.Builds > 0 {
		values["Builds"] = strconv.Quote(strconv.Itoa(b.Builds))
	}

	if b.RegistryHost != "" && b.RegistryInsecure {
		values["Registry"] = strconv.Quote(b.RegistryHost)
	}

	if b.Mirror {
		values["Mirror"] = strconv.Quote(b.RegistryHost + "/docker.io")
	}

	var content strings.Builder
	if err := template.Must(template.New(buildkitdName).Parse(buildkitdConfig)).Execute(&content, values); err != nil {
		return "", fmt.Errorf("write the configuration of buildkitd: %w", err)
	}

	return b.Home.Write([]byte(content.String()), buildkitdName, "config.toml")
}

// cniConfiguration is the configuration of the builds' network for the CNI plugins: a bridge whose ports cannot talk to one another.
func (b Buildkitd) cniConfiguration(lastBuild netip.Addr) ([]byte, error) {
	type section = map[string]any

	content, err := json.MarshalIndent(section{
		"cniVersion": "1.0.0",
		"name":       b.Bridge,
		"plugins": []section{
			{
				"type": "bridge", "bridge": b.Bridge, "isDefaultGateway": true, "portIsolation": true,
				"ipam": section{
					"type": "host-local", "dataDir": b.Home.Folder(buildkitdName, "addresses"),
					"ranges": [][]section{{{"subnet": b.Subnet.Masked().String(), "rangeEnd": lastBuild.String()}}},
				},
			},
		},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the configuration of the builds' network: %w", err)
	}

	return content, nil
}
