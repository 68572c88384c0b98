package toolchain

import (
	"strings"

	"github.com/samber/lo"
)

// withoutFeatures are the features that tests leave out of tailscaled: compiling takes a fraction of the time, and it can neither ask the internet for
// anything nor write the machine's resolv.conf.
const withoutFeatures = "ace acme advertiseexitnode appconnectors aws bakedroots bird c2n cachenetmap captiveportal capture cliconndiag " +
	"clientmetrics clientupdate cloud colorable completion completion_scripts conn25 dbus debug debugeventbus " +
	"debugportmapper desktop_sessions dns doctor drive flashappliance hujsonconf identityfederation iptables kube linkspeed " +
	"linuxdnsfight listenrawdisco logtail netlog networkmanager oauthkey outboundproxy peerapiclient peerapiserver portlist " +
	"portmapper posture qrcodes relayserver remoteconfig resolved routecheck runtimemetrics sdnotify serve " +
	"serviceclientprefs ssh synology syslog syspolicy systray taildrop tap tpm tundevstats useexitnode useproxy usermetrics " +
	"wakeonlan webbrowser webclient"

// Tailnet is tailscaled, which is the command tailscale, too, when it is started by that name, and a control plane for tests.
func Tailnet() Module {
	omitted := lo.Map(strings.Fields(withoutFeatures), func(feature string, _ int) string { return "ts_omit_" + feature })

	return Module{
		name: "tailnet", sources: []string{"control"},
		builds: []build{{packages: []string{"tailscale.com/cmd/tailscaled", "./control"}, tags: strings.Join(append(omitted, "ts_include_cli"), ",")}},
	}
}
