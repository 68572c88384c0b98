package network_test

import (
	"context"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dockerRules and ufwRules are what these programs make of the chain FORWARD, as iptables-restore reads it.
const (
	dockerRules = `*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1
-A DOCKER-FORWARD -o docker0 -j DOCKER
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
`
	ufwRules = `*filter
:FORWARD DROP [0:0]
:ufw-before-forward - [0:0]
:ufw-user-forward - [0:0]
:ufw-reject-forward - [0:0]
-A FORWARD -j ufw-before-forward
-A FORWARD -j ufw-reject-forward
-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-forward -p icmp --icmp-type echo-request -j ACCEPT
-A ufw-before-forward -j ufw-user-forward
COMMIT
`
)

// TestNetwork_IptablesDropsWhatIsForwarded_VMsAreReachedAllTheSame restores the rules of other programs, which removes ours, as these programs do when they
// start behind the agent.
func TestNetwork_IptablesDropsWhatIsForwarded_VMsAreReachedAllTheSame(t *testing.T) {
	t.Parallel()

	for command, rules := range map[string]string{"iptables": dockerRules, "iptables-nft": ufwRules, "iptables-legacy": ufwRules} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()

			if _, err := exec.LookPath(command); err != nil {
				t.Skipf("it needs the program %s", command)
			}

			m := setupMachine(t)
			web, private := net.JoinHostPort(internetAddress, "80"), net.JoinHostPort(privateAddress, "80")
			serve(t, m.outside, web)
			serve(t, m.outside, private)

			m.do(t, func() error {
				restore := exec.CommandContext(t.Context(), command+"-restore")
				restore.Stdin = strings.NewReader(rules)

				return restore.Run()
			})
			require.Error(t, m.toVM(peerAddress, httpPort))
			require.Error(t, m.fromVM(web))

			m.forward(t)
			m.forward(t)
			require.NoError(t, m.toVM(peerAddress, httpPort))
			require.NoError(t, m.fromVM(web))
			require.Error(t, m.fromVM(private), "the policy says what may pass")

			m.do(t, func() error { return m.network.Teardown(context.Background()) })
			m.do(t, func() error {
				left, err := exec.CommandContext(t.Context(), command, "--list-rules", "FORWARD").CombinedOutput()
				require.NotContains(t, string(left), "zwv")

				return err
			})
		})
	}
}
