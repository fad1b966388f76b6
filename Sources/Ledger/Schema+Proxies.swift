extension Schema {
    /// What a deployment's proxy points to and the layout of its storage, each as JSON.
    static let proxies = """
        ALTER TABLE deployments ADD COLUMN proxy TEXT CHECK (proxy IS NULL OR json_valid(proxy));
        ALTER TABLE deployments ADD COLUMN storage_layout TEXT CHECK (storage_layout IS NULL OR json_valid(storage_layout));
        """
}
