package edgeproxy

import "sync"

const copyBuffer = 32 << 10

// bufferPool lends the buffers through which bodies are copied.
type bufferPool struct{ pool sync.Pool }

func (b *bufferPool) Get() []byte {
	if buffer, ok := b.pool.Get().(*[]byte); ok {
		return *buffer
	}

	return make([]byte, copyBuffer)
}

func (b *bufferPool) Put(buffer []byte) { b.pool.Put(&buffer) }
