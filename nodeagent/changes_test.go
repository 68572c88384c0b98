package nodeagent_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/client"
)

// changes tells what has changed of the assignments, as the API does.
func (f *fakeAPI) changes(w http.ResponseWriter, r *http.Request) {
	if f.isOlder() {
		w.WriteHeader(http.StatusMethodNotAllowed)

		return
	}

	var known client.KnownAssignments
	if err := json.NewDecoder(r.Body).Decode(&known); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)

		return
	}

	timeout := time.After(time.Second)

	for {
		f.mu.Lock()
		answer, changed := f.since(known), f.changed
		f.mu.Unlock()

		if len(answer.VMS) > 0 || len(answer.Removed) > 0 || answer.NetworkVersion != lo.FromPtr(known.NetworkVersion) {
			f.send(w, answer)

			return
		}

		select {
		case <-changed:
		case <-timeout:
			f.send(w, answer)

			return
		case <-r.Context().Done():
			return
		}
	}
}

func (f *fakeAPI) isOlder() bool {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.older
}

// since returns what differs from what the node knows. The caller holds the lock. The version of a VM is what is told of it.
func (f *fakeAPI) since(known client.KnownAssignments) client.AssignmentChanges {
	network, _ := json.Marshal(f.list.Ingress) //nolint:errchkjson // It always can be.
	changes := client.AssignmentChanges{
		NodeID: f.list.NodeID, Prefix: f.list.Prefix, ClusterRange: f.list.ClusterRange, Ingress: f.list.Ingress,
		NetworkVersion: strconv.Quote(string(network)), VMS: []client.AssignedVM{}, Removed: []uuid.UUID{},
	}
	versions := lo.SliceToMap(known.VMS, func(vm client.KnownVM) (uuid.UUID, string) { return vm.ID, vm.Version })

	for _, vm := range f.list.VMS {
		version, isKnown := versions[vm.ID]
		delete(versions, vm.ID)

		told := vm
		if told.Environment = map[string]string{}; !isKnown {
			told.Environment = vm.Environment
		}

		vm.Environment = nil
		text, _ := json.Marshal(vm) //nolint:errchkjson // It always can be.
		told.Version = new(string(text))

		if version != *told.Version {
			changes.VMS = append(changes.VMS, told)
		}
	}

	changes.Removed = append(changes.Removed, lo.Keys(versions)...)

	return changes
}

func (f *fakeAPI) send(w http.ResponseWriter, answer client.AssignmentChanges) {
	f.mu.Lock()
	defer f.mu.Unlock()

	for _, vm := range answer.VMS {
		if len(vm.Environment) > 0 {
			f.environments[vm.ID]++
		}
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) //nolint:errchkjson // The node that went away does not read it.
}

func (f *fakeAPI) sentEnvironments(vm client.AssignedVM) int {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.environments[vm.ID]
}

func TestAgent_IsToldWhatChanges_AndEachEnvironmentOnce(t *testing.T) {
	t.Parallel()

	b := setup(t)
	image := pushApp(t, b.registry, nil)
	first, second := b.vm(image, ""), b.vm(image, "")
	b.api.assign(first)
	b.startAgent(t)
	b.api.waitFor(t, first.ID, client.VMReportStateHealthy)

	// What changes of a VM comes without its environment, which the VM needs again when it starts anew.
	changed := first
	changed.GraceSeconds++
	b.api.assign(changed, second)
	b.api.waitFor(t, second.ID, client.VMReportStateHealthy)

	require.NoError(t, b.task(t, first.ID).Kill(t.Context(), syscall.SIGKILL))
	b.api.waitUntil(t, first.ID, "a healthy VM that was restarted", func(r client.VMReport) bool {
		return r.Restarts == 1 && r.State == client.VMReportStateHealthy
	})
	require.Equal(t, 1, b.api.sentEnvironments(first))
	require.Equal(t, 1, b.api.sentEnvironments(second))

	_, body := get(t, first, "/environment?name=MODE")
	require.Equal(t, first.Environment["MODE"], body)

	b.api.assign(second)
	require.Eventually(t, func() bool { return !strings.Contains(strings.Join(b.traces(t), "\n"), first.ID.String()) }, 20*time.Second, 10*time.Millisecond)
	require.Equal(t, client.VMReportStateHealthy, b.api.state(second.ID).State)

	// An agent that starts knows nothing, and gets everything.
	b.stopAgent()
	b.api.forget()
	b.startAgent(t)
	b.api.waitFor(t, second.ID, client.VMReportStateHealthy)
	require.Equal(t, 2, b.api.sentEnvironments(second))
	require.Equal(t, 1, b.api.sentEnvironments(first))
}
