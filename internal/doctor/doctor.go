// Package doctor finds out, part by part, what this machine can do for the platform, and what to install for the rest.
package doctor

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
)

// Finding is what one part of the machine can do.
type Finding struct {
	Part string `json:"part"`
	// OK tells whether the part is as it should be.
	OK bool `json:"ok"`
	// Needed tells whether the local platform cannot start without the part.
	Needed bool `json:"needed"`
	// Detail says what was found.
	Detail string `json:"detail"`
	// Advice says what to install or to change. It is empty where the part is as it should be.
	Advice string `json:"advice,omitempty"`
}

// Options say which directories, programs and ports the local platform would use.
type Options struct {
	DataDir  string
	CacheDir string
	// PostgresBin is the folder of Postgres' programs; empty: the newest that Debian installed.
	PostgresBin string
	Ports       []Port
}

// Port is a TCP port of the loopback interface. Name is the part of the platform that needs it, as in ZEITWORK_UP_<Name>_PORT.
type Port struct {
	Name   string
	Number int
}

// Examine examines every part. It leaves nothing changed on the machine.
func Examine(ctx context.Context, options Options) []Finding {
	findings := []Finding{
		root(), overlayfs(options.DataDir), disk(options.DataDir, options.CacheDir),
	}

	for _, port := range options.Ports {
		findings = append(findings, freePort(ctx, port))
	}

	return append(findings,
		cgroups(), packetFilter(), postgres(options.PostgresBin),
		program("runc", filepath.Join(options.CacheDir, "tools", "daemons-*", "runc"), "`zeitwork up` builds it"),
		initProgram(),
		program("git", "", "install the Debian package git"),
		program("mmdebstrap", "", "only for the Rails example, and where Docker Hub is out of reach: install the Debian package mmdebstrap; `zeitwork up` does"),
		virtualisation(),
	)
}

// Blockers returns the findings without which the local platform cannot start.
func Blockers(findings []Finding) []Finding {
	var blockers []Finding

	for _, finding := range findings {
		if finding.Needed && !finding.OK {
			blockers = append(blockers, finding)
		}
	}

	return blockers
}

func freePort(ctx context.Context, port Port) Finding {
	finding := Finding{Part: "port " + strconv.Itoa(port.Number), OK: true, Needed: true, Detail: "free for " + port.Name}

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port.Number)))
	if err != nil {
		finding.OK, finding.Detail = false, "in use by another program, and wanted by "+port.Name
		finding.Advice = "stop that program, or choose another port with ZEITWORK_UP_" + port.Name + "_PORT"

		return finding
	}

	_ = listener.Close()

	return finding
}
