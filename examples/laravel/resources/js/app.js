document.querySelector('#client').textContent = `Built with ${import.meta.env.VITE_APP_NAME ?? 'Vite'}`;
