package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
	"github.com/zeitwork/zeitwork/nodeagent/conformance/app"
)

// What VMs are assigned unless a check wants something else.
const (
	vmPort         = 8080
	vmCPUMillis    = 500
	vmMemory       = 128 << 20
	vmPIDs         = 100
	vmGraceSeconds = 10
)

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// describe describes a VM with an address of its own.
func (t *trial) describe() client.AssignedVM {
	t.mu.Lock()
	defer t.mu.Unlock()

	t.nextAddress = t.nextAddress.Next()

	vm := client.AssignedVM{
		ID: id.New(), DeploymentID: id.New(), ProjectID: id.New(), Kind: client.AssignedVMKindApp, DesiredState: client.AssignedVMDesiredStateRunning,
		Image: t.registry.reference, IP: t.nextAddress.String(), Port: vmPort,
		CPUMillis: vmCPUMillis, MemoryBytes: vmMemory, PIDS: vmPIDs, GraceSeconds: vmGraceSeconds, Environment: map[string]string{},
	}
	t.used = append(t.used, vm.ID)

	return vm
}

// run has the agent run the VMs, waits until all are healthy, and returns how long that took each.
func (t *trial) run(ctx context.Context, vms ...client.AssignedVM) ([]time.Duration, error) {
	t.platform.assign(vms...)

	took := make([]time.Duration, 0, len(vms))

	for _, vm := range vms {
		report, err := t.await(ctx, vm, client.VMReportStateHealthy)
		if err != nil {
			return took, err
		}

		took = append(took, report.at.Sub(t.platform.assignedAt(vm.ID)))
	}

	return took, nil
}

// await waits until the VM is reported in the state.
func (t *trial) await(ctx context.Context, vm client.AssignedVM, state client.VMReportState) (told, error) {
	return t.platform.awaitReport(ctx, t.options.Patience, vm.ID, string(state), func(r client.VMReport) bool { return r.State == state })
}

// remove stops the VMs and waits until nothing is left of them, as the agent says.
func (t *trial) remove(ctx context.Context, vms ...client.AssignedVM) error {
	for i := range vms {
		vms[i].DesiredState = client.AssignedVMDesiredStateStopped
	}

	t.platform.assign(vms...)

	for _, vm := range vms {
		if _, err := t.await(ctx, vm, client.VMReportStateRemoved); err != nil {
			return err
		}
	}

	t.platform.withdraw(lo.Map(vms, func(vm client.AssignedVM, _ int) uuid.UUID { return vm.ID })...)

	return nil
}

// discard stops a VM that a check has no more use for. Whether it goes is what later checks look at.
func (t *trial) discard(vm client.AssignedVM) { t.platform.withdraw(vm.ID) }

func address(vm client.AssignedVM) netip.Addr { return netip.MustParseAddr(vm.IP) }

func addressPort(vm client.AssignedVM, port int) string {
	return net.JoinHostPort(vm.IP, strconv.Itoa(port))
}

// ask asks the VM's app, from the node itself, and reads its answer into value where that is not nil.
func (t *trial) ask(ctx context.Context, vm client.AssignedVM, path string, body, value any) error {
	answer, err := request(ctx, newHTTPClient(nil, t.options.Patience), vm, path, body)
	if err != nil || value == nil {
		return err
	}

	if err := json.Unmarshal(answer, value); err != nil {
		return fmt.Errorf("read what the app answers to %s: %w", path, err)
	}

	return nil
}

// request sends a request to the VM's app and returns the body of its answer.
func request(ctx context.Context, sender *http.Client, vm client.AssignedVM, path string, body any) ([]byte, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}

	asked, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addressPort(vm, vmPort)+path, bytes.NewReader(encoded))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}

	response, err := sender.Do(asked)
	if err != nil {
		return nil, fmt.Errorf("ask the app: %w", err)
	}

	defer func() { _ = response.Body.Close() }()

	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read what the app answers: %w", err)
	}

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the app answered %s to %s: %s", response.Status, path, answer)
	}

	return answer, nil
}

// started returns what differs between the starts of a VM's app.
func (t *trial) started(ctx context.Context, vm client.AssignedVM) (string, error) {
	answer, err := request(ctx, newHTTPClient(nil, t.options.Patience), vm, "/", nil)

	return string(answer), err
}

// dial has the VM's app dial the addresses.
func (t *trial) dial(ctx context.Context, vm client.AssignedVM, addresses ...string) ([]app.Dialed, error) {
	var dialed []app.Dialed

	err := t.ask(ctx, vm, app.DialPath, addresses, &dialed)

	return dialed, err
}

// withVM runs a VM for one check, and discards it behind it. configure may change how it is described.
func (t *trial) withVM(ctx context.Context, configure func(*client.AssignedVM), check func(vm client.AssignedVM) outcome) outcome {
	vm := t.describe()
	if configure != nil {
		configure(&vm)
	}

	defer t.discard(vm)

	if _, err := t.run(ctx, vm); err != nil {
		return failure(err)
	}

	return check(vm)
}
