"""Opening a project: its config, its folder and where its state is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from unequal import config, storage
from unequal.terms.errors import ConfigError

CONFIG_NAME: Final = "unequal.yaml"


@dataclass(frozen=True)
class OpenProject:
    """A project whose config has been read and found sound."""

    loaded: config.Loaded
    environment: Mapping[str, str]

    @property
    def config(self) -> config.Project:
        return self.loaded.project

    @property
    def folder(self) -> Path:
        """The folder of the config: paths in it are relative to this one."""
        return self.loaded.folder

    @property
    def run_folder(self) -> storage.RunFolder:
        return storage.RunFolder(self.folder / ".unequal")

    @property
    def state_url(self) -> str:
        """Address of the state database; SQLite in the project's `.unequal/` by default.

        Raises:
            ConfigError: the variable or file that the config names is not there.
        """
        reference = self.config.storage.state
        if reference is None:
            (self.folder / ".unequal").mkdir(exist_ok=True)
            return f"sqlite:///{self.folder / '.unequal' / 'state.db'}"
        where = self.loaded.where("storage", "state")
        return config.addresses.follow(reference, self.environment, self.folder, where=where).get_secret_value()


def open_project(path: Path | str = ".", environment: Mapping[str, str] | None = None) -> OpenProject:
    """Open the project whose config lies at `path`, or in the folder `path`.

    Raises:
        ConfigError: CFG091, there is no config; or whatever is wrong in it, all at once.
    """
    environment = dict(os.environ) if environment is None else environment
    file = Path(path)
    file = file / CONFIG_NAME if file.is_dir() else file
    if not file.exists():
        raise ConfigError("CFG091", "there is no project here", where=str(file),
                          do="`unequal init` writes a config; -C DIR names another folder; `unequal demo` makes a company to try")  # fmt: skip
    return OpenProject(config.load(file, environment), environment)
