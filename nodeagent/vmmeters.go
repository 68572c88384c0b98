package nodeagent

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// measureVMs serves what VMs use as metrics, for those who have them on: each VM makes five series.
func (a *Agent) measureVMs(provider metric.MeterProvider) error {
	meter := provider.Meter("github.com/zeitwork/zeitwork/nodeagent")

	cpu, err1 := meter.Float64ObservableCounter("zeitwork.node.vm.cpu", metric.WithUnit("s"), metric.WithDescription("Processor time of a VM since its start."))
	memory, err2 := meter.Int64ObservableGauge("zeitwork.node.vm.memory", metric.WithUnit("By"), metric.WithDescription("Memory that a VM uses."))
	received, err3 := meter.Int64ObservableCounter("zeitwork.node.vm.received", metric.WithUnit("By"), metric.WithDescription("What a VM received."))
	sent, err4 := meter.Int64ObservableCounter("zeitwork.node.vm.sent", metric.WithUnit("By"), metric.WithDescription("What a VM sent."))
	restarts, err5 := meter.Int64ObservableCounter("zeitwork.node.vm.restarts", metric.WithDescription("Restarts of a VM's app."))

	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return fmt.Errorf("make the meters of VMs: %w", err)
	}

	_, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		for vm, last := range a.usage.last() {
			m := a.machine(vm)
			if m == nil || m.vm == nil {
				continue
			}

			of := metric.WithAttributes(attribute.String("vm_id", vm.String()),
				attribute.String("deployment_id", m.vm.DeploymentID.String()), attribute.String("project_id", m.vm.ProjectID.String()))

			observer.ObserveFloat64(cpu, last.CPU.Seconds(), of)
			observer.ObserveInt64(memory, last.MemoryBytes, of)
			observer.ObserveInt64(received, last.received, of)
			observer.ObserveInt64(sent, last.sent, of)
			observer.ObserveInt64(restarts, m.state().Restarts, of)
		}

		return nil
	}, cpu, memory, received, sent, restarts)
	if err != nil {
		return fmt.Errorf("measure VMs: %w", err)
	}

	return nil
}

// last returns the last readings of the VMs that run.
func (u *usage) last() map[uuid.UUID]reading {
	u.mu.Lock()
	defer u.mu.Unlock()

	return maps.Clone(u.readings)
}

func (a *Agent) machine(vm uuid.UUID) *machine {
	a.mu.Lock()
	defer a.mu.Unlock()

	return a.machines[vm]
}
