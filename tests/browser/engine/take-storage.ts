/** Takes the private file storage from the worker that imports this first, as browsers do that have none. */
Reflect.deleteProperty(StorageManager.prototype, 'getDirectory');

export {};
