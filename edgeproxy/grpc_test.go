package edgeproxy

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/zeitwork/zeitwork/client"
	"github.com/zeitwork/zeitwork/internal/id"
)

func grpcApp(t *testing.T) (client.Upstream, *health.Server) {
	t.Helper()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)

	server, service := grpc.NewServer(), health.NewServer()
	grpc_health_v1.RegisterHealthServer(server, service)

	var running sync.WaitGroup

	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() {
		server.Stop()
		running.Wait()
	})

	return client.Upstream{VMID: id.New(), Address: listener.Addr().String()}, service
}

func (b *testBundle) grpc(t *testing.T) grpc_health_v1.HealthClient {
	t.Helper()

	connection, err := grpc.NewClient("passthrough:///"+b.address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithAuthority(demoHost))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })

	return grpc_health_v1.NewHealthClient(connection)
}

func TestGRPC_StatusTravelsInTrailers(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm, _ := grpcApp(t)
	b.serve(t, live(demoHost, vm))

	answer, err := b.grpc(t).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	require.NoError(t, err)
	require.Equal(t, grpc_health_v1.HealthCheckResponse_SERVING, answer.GetStatus())

	_, err = b.grpc(t).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "unknown"})
	require.Equal(t, codes.NotFound, status.Code(err))
	require.Contains(t, err.Error(), "unknown service", "the app's message")
}

func TestGRPC_StreamsArriveMessageByMessage(t *testing.T) {
	t.Parallel()

	b := setup(t)
	vm, service := grpcApp(t)
	b.serve(t, live(demoHost, vm))

	stream, err := b.grpc(t).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	require.NoError(t, err)

	for _, want := range []grpc_health_v1.HealthCheckResponse_ServingStatus{
		grpc_health_v1.HealthCheckResponse_SERVING, grpc_health_v1.HealthCheckResponse_NOT_SERVING, grpc_health_v1.HealthCheckResponse_SERVING,
	} {
		service.SetServingStatus("", want)

		answer, err := stream.Recv()
		require.NoError(t, err)
		require.Equal(t, want, answer.GetStatus())
	}
}

func TestGRPC_AppDown_IsUnavailable(t *testing.T) {
	t.Parallel()

	b := impatient(setup(t))
	b.serve(t, live(demoHost, down(t)))

	_, err := b.grpc(t).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	require.Equal(t, codes.Unavailable, status.Code(err))
}

func TestGRPC_VMRefuses_AnotherIsAsked(t *testing.T) {
	t.Parallel()

	b := setup(t, here)
	vm, _ := grpcApp(t)
	b.serve(t, live(demoHost, in("fsn", down(t)), in("hel", vm)))

	_, err := b.grpc(t).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	require.NoError(t, err)
}
