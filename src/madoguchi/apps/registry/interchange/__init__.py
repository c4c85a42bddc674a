"""The published form of the child-rearing support registry (子育て支援制度レジストリ): files in, files out, nothing lost."""
