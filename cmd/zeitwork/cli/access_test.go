package cli

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAccess_DeployKeyIsShownAndCredentialIsReadFromStandardInput(t *testing.T) {
	t.Parallel()

	const path = "/v1/projects/" + projectID + "/repository-access"

	f := platformWith(t, projectJSON("shop", "ssh://git@git.example.com/acme/shop", "main", ""))
	f.answers["POST "+path+"/deploy-key"] = `{"kind":"deploy_key","public_key":"ssh-ed25519 AAAA zeitwork-shop"}`
	f.answers["GET "+path] = `{"kind":"deploy_key","public_key":"ssh-ed25519 AAAA zeitwork-shop","host":"git.example.com:22","host_key_fingerprint":"SHA256:abc"}`
	f.answers["PUT "+path+"/https-credential"] = `{"kind":"https","username":"reader","host":"git.example.com"}`
	f.answers["POST "+path+"/trusted-host"] = f.answers["GET "+path]
	f.answers["DELETE "+path] = ""

	b := signedInTo(t, f)
	require.Equal(t, ExitOK, b.run(t, "access", "deploy-key", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "ssh-ed25519 AAAA zeitwork-shop")
	require.Contains(t, b.err.String(), "Add the public key to the repository")

	require.Equal(t, ExitOK, b.run(t, "access", "-p", "shop"), b.err.String())
	require.Contains(t, b.out.String(), "SHA256:abc")

	b.in = "s3cret\n"
	require.Equal(t, ExitOK, b.run(t, "access", "https", "--username", "reader", "-p", "shop"), b.err.String())
	require.Equal(t, []string{`{"password":"s3cret","username":"reader"}`}, f.sent("PUT "+path+"/https-credential"))
	require.NotContains(t, b.out.String()+b.err.String(), "s3cret")

	b.in = "\n"
	require.Equal(t, ExitUsage, b.run(t, "access", "https", "-p", "shop"))

	require.Equal(t, ExitOK, b.run(t, "access", "trust-host", "SHA256:abc", "-p", "shop"), b.err.String())
	require.Equal(t, []string{`{"fingerprint":"SHA256:abc"}`}, f.sent("POST "+path+"/trusted-host"))
	require.Equal(t, ExitOK, b.run(t, "access", "remove", "-p", "shop"), b.err.String())
}
